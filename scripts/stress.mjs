// Runs the long random suites: more kills, more damaged files, more cases of each property. CI runs a short sample.
// Seeds are new each time and are printed. A later run can use a printed seed again.
//
//   node scripts/stress.mjs      needs a build; about an hour on two cores
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const seed = process.env.STRESS_SEED ?? randomBytes(4).toString('hex');
const vitest = 'node_modules/vitest/vitest.mjs';
const system = ['run', '--config', 'vitest.system.config.ts'];

const RUNS = [
  {
    name: 'crash',
    files: [...system, 'simulator/test/system/crash.test.ts'],
    environment: { CRASH_SEED: `crash ${seed}`, CRASH_KILLS: '300' },
  },
  ...Array.from({ length: 5 }, (_, index) => ({
    name: `damaged store ${index + 1}`,
    files: [...system, 'simulator/test/system/damaged-store.test.ts'],
    environment: { DAMAGE_SEED: `damage ${seed} ${index}` },
  })),
  {
    name: 'properties',
    files: ['run', '--testTimeout', '600000', ...filesWithProperties()],
    environment: { PROPERTY_SEED: String(Number.parseInt(seed, 16) % 2 ** 31), PROPERTY_RUNS: '2000' },
  },
];

/** The tests that fast-check feeds. */
function filesWithProperties() {
  const { stdout } = spawnSync('grep', ['-rl', '--include=*.test.ts', "from 'fast-check'", ...rooms()], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout.trim().split('\n');
}

function rooms() {
  return ['shared', 'attestation', 'analytics', 'enclave', 'parent', 'client', 'simulator', 'deploy'].map(
    (room) => `${room}/test`,
  );
}

const failed = RUNS.filter(({ name, files, environment }) => {
  console.log(`\n== ${name}: ${JSON.stringify(environment)}`);
  const env = { ...process.env, ...environment };
  const { status } = spawnSync(process.execPath, [vitest, ...files], { cwd: root, stdio: 'inherit', env });
  return status !== 0;
});
console.log(
  `\nSTRESS_SEED=${seed}: ${failed.length === 0 ? 'all held' : `failed: ${failed.map(({ name }) => name).join(', ')}`}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
