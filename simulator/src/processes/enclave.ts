/** The enclave's process, with a simulated module. It opens only the module's root and the public CA. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hardenProcess } from '@perf-aggregator/enclave/hardening';
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { type EnclavePart, startEnclave } from '../world/enclave-part.ts';
import { WorldFiles } from '../world/files.ts';
import { readNsm } from '../world/state.ts';
import { runChild } from './child.ts';

/** The supervisor's argument. */
export interface EnclaveArgument {
  readonly home: string;
  readonly listen: string;
  readonly egress: string;
  readonly accountsPerSource?: EnclavePart['accountsPerSource'];
}

await runChild(async ({ home, listen, egress, accountsPerSource }: EnclaveArgument) => {
  hardenProcess(process, globalThis);
  const files = new WorldFiles(home);
  const enclave = await startEnclave({
    listen,
    egress,
    accountsPerSource,
    nsm: readNsm(files),
    caBundle: readFileSync(files.path('ca.pem'), 'utf8'),
    clock: systemClock,
    random: systemRandom,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    log: (event, facts) => {
      const time = new Date(systemClock.now()).toISOString();
      process.stdout.write(`${JSON.stringify({ time, room: 'enclave', event, ...facts })}\n`);
    },
  });
  return { facts: {}, close: () => enclave.close() };
});
