/** What an enclave reads from its module before it serves, with a simulated device. */
import { bootFromModule, type ModuleBootPorts } from '@perf-aggregator/enclave/nsm/boot';
import { EntropyError } from '@perf-aggregator/enclave/nsm/entropy';
import { NsmError } from '@perf-aggregator/enclave/nsm/errors';
import { createNsm, type DescribedNsm } from '@perf-aggregator/enclave/nsm/module';
import { systemRandom } from '@perf-aggregator/shared/random';
import { expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { createNsmRoot } from '../../src/nsm/chain.ts';
import { createSimulatedDevice } from '../../src/nsm/device.ts';
import { simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';

const START = Date.UTC(2026, 10, 23, 1);
const MODULE_ID = 'i-0123456789abcdef0-enc0123456789abcdef';
const root = await createNsmRoot(systemRandom);

const nothing: () => void = () => undefined;

/** A process in a simulated enclave. Its clock is a minute slow. `state` changes the time and breaks the module. */
async function simulatedProcess(rngCurrent: string) {
  const state = { elapsed: 0, fails: false, tick: nothing, stopped: false };
  const clock = { now: () => START + state.elapsed };
  const simulated = createSimulatedNsm({
    root,
    pcrs: simulatedPcrs(),
    clock,
    random: systemRandom,
    moduleId: MODULE_ID,
  });
  const device = await createSimulatedDevice({ nsm: simulated, moduleId: MODULE_ID });
  const call = (request: Uint8Array) =>
    state.fails ? Promise.reject(new NsmError('nsm_failed', 'no answer')) : device.call(request);
  const lines: (readonly [number, string, unknown])[] = [];
  const written: [string, number][] = [];
  const ports: ModuleBootPorts & { readonly nsm: DescribedNsm } = {
    nsm: createNsm({ call }, root.rootCertDer),
    files: { readText: () => rngCurrent, write: (path, bytes) => void written.push([path, bytes.length]) },
    monotonic: () => state.elapsed,
    guest: { now: () => START + state.elapsed - 60_000 },
    every: (ms, task) => {
      expect(ms).toBe(300_000);
      state.tick = task;
      return () => {
        state.stopped = true;
      };
    },
    logBy: (by) => (event, facts) => void lines.push([by.now(), event, facts]),
  };
  return { state, ports, lines, written };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

it('when the module answers, the enclave uses its time and logs the difference to its own clock', async () => {
  const { ports, lines, written, state } = await simulatedProcess('nsm-hwrng\n');
  const { clock, stop } = await bootFromModule(ports);
  const first = { guestAheadMs: -60_000, driftMs: 0, roundTripMs: 0 };
  expect(lines).toEqual([
    [START, 'booting', { moduleId: MODULE_ID, version: '1.0.0', entropy: 'nsm-hwrng' }],
    [START, 'clock_set', first],
  ]);
  expect(written).toEqual([]);
  state.elapsed = 1_500;
  expect(clock.now()).toBe(START + 1_500);
  stop();
  expect(state.stopped).toBe(true);
});

it('when the module stops answering, the clock continues and the log has the code', async () => {
  const { ports, lines, state } = await simulatedProcess('nsm-hwrng\n');
  const { clock } = await bootFromModule(ports);
  state.elapsed = 300_000;
  state.fails = true;
  state.tick();
  await settled();
  expect(lines.at(-1)).toEqual([START + 300_000, 'clock_not_set', { code: 'nsm_failed' }]);
  state.elapsed = 300_001;
  expect(clock.now()).toBe(START + 300_001);
});

it('when another driver feeds the kernel, the enclave seeds it first and logs that', async () => {
  const { ports, lines, written } = await simulatedProcess('virtio_rng.0\n');
  await bootFromModule(ports);
  expect(written).toEqual([['/dev/urandom', 64]]);
  expect(lines[0]).toMatchObject([START, 'booting', { entropy: 'seed' }]);
});

it('when the module does not answer, the boot fails', async () => {
  for (const [rngCurrent, type, code] of [
    ['nsm-hwrng\n', NsmError, 'nsm_failed'],
    ['none\n', EntropyError, 'entropy_missing'],
  ] as const) {
    const { ports, lines, state } = await simulatedProcess(rngCurrent);
    state.fails = true;
    expect(await codeOfRejection(bootFromModule(ports), type)).toBe(code);
    expect(lines).toEqual([]);
  }
});
