// Runs the suites of `make test-system`, each with a time limit. A suite that hangs is ended and counts as failed.
//
//   node scripts/system-suites.mjs [SUITE…]    runs the named suites, or all suites when none is named; needs a build.
//                                              Without root, it tells which suites it leaves out
//   node scripts/system-suites.mjs --list      lists the names of the suites, one per line
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** By name: what it runs, how many minutes it may take on two busy cores, and whether only root can do it. */
export const SUITES = {
  verifier: { files: ['attestation/test/system'], minutes: 8 },
  enclave: { files: ['enclave/test/system'], minutes: 5 },
  parent: { files: ['parent/test/system'], minutes: 4 },
  deploy: { files: ['deploy/test/system'], minutes: 8 },
  world: {
    files: [
      'simulator/test/system/local-world.test.ts',
      'simulator/test/system/output.test.ts',
      'simulator/test/system/secrets.test.ts',
      'simulator/test/system/verify-by-hand.test.ts',
      'simulator/test/system/kms-envelope.test.ts',
    ],
    minutes: 8,
  },
  docs: { files: ['simulator/test/system/docs.test.ts'], minutes: 4 },
  store: { files: ['simulator/test/system/damaged-store.test.ts'], minutes: 8 },
  crash: { files: ['simulator/test/system/crash.test.ts'], minutes: 10 },
  load: { files: ['simulator/test/system/load'], minutes: 5 },
  guest: { files: ['simulator/test/system/vsock.test.ts'], minutes: 15 },
  images: { files: ['simulator/test/system/images.test.ts'], minutes: 12, needsRoot: true },
};

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs one suite. @returns whether it passed within its time */
function run(name) {
  const { files, minutes } = SUITES[name];
  process.stdout.write(`\n-- ${name} (at most ${minutes} minutes)\n`);
  const vitest = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.system.config.ts', ...files],
    { cwd: root, stdio: 'inherit', detached: true },
  );
  // What it started goes with it.
  const end = () => {
    try {
      if (vitest.pid !== undefined) process.kill(-vitest.pid, 'SIGKILL');
    } catch {
      // It is over already.
    }
  };
  const late = setTimeout(() => {
    process.stdout.write(`\n${name}: not done after ${minutes} minutes\n`);
    end();
  }, minutes * 60_000);
  process.once('exit', end);
  return new Promise((resolve) => {
    vitest.once('close', (code) => {
      clearTimeout(late);
      process.removeListener('exit', end);
      resolve(code === 0);
    });
  });
}

async function main(names) {
  const unknown = names.filter((name) => !Object.hasOwn(SUITES, name));
  if (unknown.length > 0) {
    process.stderr.write(
      `no such suite: ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}\n`,
    );
    return 2;
  }
  const wanted = names.length > 0 ? names : Object.keys(SUITES);
  const left = process.getuid() === 0 ? [] : wanted.filter((name) => SUITES[name].needsRoot);
  const failed = [];
  for (const name of wanted) {
    if (!left.includes(name) && !(await run(name))) failed.push(name);
  }
  if (left.length > 0)
    process.stdout.write(
      `\nnot run, since they need root: ${left.join(', ')}; sudo make test-system SUITE=…\n`,
    );
  if (failed.length > 0) process.stdout.write(`\nfailed: ${failed.join(', ')}\n`);
  // Who asked for it by name has not got it.
  return failed.length > 0 || (names.length > 0 && left.length > 0) ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const names = process.argv.slice(2);
  if (names[0] === '--list') console.log(Object.keys(SUITES).join('\n'));
  else process.exitCode = await main(names);
}
