// The simulated internet.
import { systemRandom } from '../../../shared/dist/random.js';
import { WorldFiles } from '../../../simulator/dist/world/files.js';
import { startInternet } from '../../../simulator/dist/world/internet.js';
import { readNsm } from '../../../simulator/dist/world/state.js';
import { clockOf } from '../clock.mjs';
import { serve } from './serve.mjs';

await serve(async ({ home, pace }) => {
  const files = new WorldFiles(home);
  const { ports } = await startInternet({
    venue: files.read('venue.json'),
    kms: files.read('kms.json'),
    role: files.read('role.json'),
    pki: files.read('pki.json'),
    nsmRoot: readNsm(files).rootCertDer,
    clock: clockOf(pace).clock,
    random: systemRandom,
  });
  return { ports };
});
