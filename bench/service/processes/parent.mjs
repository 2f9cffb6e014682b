// The parent, led to the simulated internet: the same `serve` as production's, as the local world starts it.
import { createLog } from '../../../parent/dist/log.js';
import { WorldFiles } from '../../../simulator/dist/world/files.js';
import { startParent } from '../../../simulator/dist/world/parent-part.js';
import { clockOf } from '../clock.mjs';
import { serve } from './serve.mjs';

await serve(async ({ home, pace, listen, egress, hosts, keyArn }) => {
  const files = new WorldFiles(home);
  const { port } = await startParent({
    host: '127.0.0.1',
    port: 0,
    enclave: listen,
    egress,
    hosts,
    keyArn,
    storePath: files.path('store'),
    role: files.read('role.json'),
    clock: clockOf(pace).clock,
    log: createLog('info'),
  });
  return { port };
});
