/**
 * Production's enclave: the measured configuration of the image, the device of the hypervisor, the system's
 * clock. There is no other mode: an image that is not an enclave does not start.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import { systemRandom } from '@perf-aggregator/shared/random';
import { enclaveConfig } from './config.ts';
import { hardenProcess } from './hardening.ts';
import { openNsmDevice } from './nsm/device.ts';
import { serveEnclave } from './serve.ts';

/** Part of the image, and so of its measurement. */
const CONFIG_PATH = '/etc/perf-aggregator/enclave.json';

async function main(): Promise<void> {
  hardenProcess(process, globalThis);
  const config = enclaveConfig.parse(JSON.parse(readFileSync(CONFIG_PATH, 'utf8')));
  const enclave = await serveEnclave(config, {
    nsm: openNsmDevice('/dev/nsm'),
    clock: systemClock,
    random: systemRandom,
    sleep: (ms) => sleep(ms),
    log: (event, facts) => {
      const time = new Date(systemClock.now()).toISOString();
      process.stdout.write(`${JSON.stringify({ time, room: 'enclave', event, ...facts })}\n`);
    },
  });
  process.once('SIGTERM', () => void enclave.close().then(() => process.exit(0)));
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof CodedError ? `${error.code}: ${error.message}` : String(error)}\n`,
  );
  process.exit(1);
});
