// The enclave with a simulated module: the same `serve` as production's, as the local world starts it.
import { readFileSync } from 'node:fs';
import { systemRandom } from '../../../shared/dist/random.js';
import { startEnclave } from '../../../simulator/dist/world/enclave-part.js';
import { WorldFiles } from '../../../simulator/dist/world/files.js';
import { readNsm } from '../../../simulator/dist/world/state.js';
import { clockOf } from '../clock.mjs';
import { serve } from './serve.mjs';

await serve(async ({ home, pace, listen, egress, syncIntervalMs }) => {
  const files = new WorldFiles(home);
  await startEnclave({
    listen,
    egress,
    nsm: readNsm(files),
    caBundle: readFileSync(files.path('ca.pem'), 'utf8'),
    ...clockOf(pace),
    random: systemRandom,
    log: (event, facts) => process.stdout.write(`${JSON.stringify({ room: 'enclave', event, ...facts })}\n`),
    ...(syncIntervalMs === undefined ? {} : { syncIntervalMs }),
  });
  return {};
});
