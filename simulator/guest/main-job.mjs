// The main job over real AF_VSOCK, inside the guest: `simulate --once` with parent, enclave, exchange and key service as
// processes, the first two joined by AF_VSOCK alone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const MAIN = '/repo/simulator/dist/main.js';

/** Runs to the end; what was said on the way. */
function simulate() {
  // A history of 30 days: the emulated processor is slow, and the time for the test is bounded.
  const options = ['--once', '--days', '30', '--transport', 'vsock', '--home', '/tmp/home'];
  const child = spawn(process.execPath, [MAIN, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let unixSockets = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      said += part;
      unixSockets += readFileSync('/proc/net/unix', 'utf8');
    });
  }
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve({ code, said, unixSockets }));
  });
}

void test('the main job: a verified report, over AF_VSOCK alone', { timeout: 600_000 }, async () => {
  const { code, said, unixSockets } = await simulate();
  for (const line of said.split('\n')) console.log(`# ${line}`);
  if (code !== 0) {
    for (const name of ['internet', 'enclave']) {
      console.log(`# ${name}: ${readFileSync(`/tmp/home/logs/${name}.log`, 'utf8').slice(-2000)}`);
    }
  }
  assert.equal(code, 0);
  assert.match(said, /✓ quote verified +SIMULATED/);
  assert.match(said, /✓ account read/);
  assert.match(said, /✓ report verified +SIMULATED/);
  assert.doesNotMatch(unixSockets, /\/tmp\/pa-/);
});
