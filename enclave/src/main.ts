/**
 * The enclave in production: the image's measured configuration, the hypervisor's device, the module's clock. There is
 * no other mode: an image that is not an enclave does not start.
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { systemClock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import { systemRandom } from '@perf-aggregator/shared/random';
import { readImageConfig } from './config.ts';
import { hardenProcess } from './hardening.ts';
import { bootFromModule, type ModuleBootPorts } from './nsm/boot.ts';
import { nsmSystem, openNsmDevice } from './nsm/device.ts';
import { createNsm } from './nsm/module.ts';
import { serveEnclave } from './serve.ts';

/** Part of the image, and so of its measurement. */
const CONFIG_FOLDER = '/etc/perf-aggregator';

const processPorts: Omit<ModuleBootPorts, 'nsm'> = {
  files: {
    readText: (path) => readFileSync(path, 'utf8'),
    write: (path, bytes) => {
      const fd = openSync(path, constants.O_WRONLY);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      } finally {
        closeSync(fd);
      }
    },
  },
  monotonic: () => performance.now(),
  guest: systemClock,
  every: (ms, task) => {
    const timer = setInterval(task, ms).unref();
    return () => clearInterval(timer);
  },
  logBy: (clock) => (event, facts) => {
    const time = new Date(clock.now()).toISOString();
    process.stdout.write(`${JSON.stringify({ time, room: 'enclave', event, ...facts })}\n`);
  },
};

async function main(): Promise<void> {
  hardenProcess(process, globalThis);
  const nsm = createNsm(openNsmDevice('/dev/nsm', nsmSystem), AWS_NITRO_ROOT_G1);
  const image = readImageConfig((file) => readFileSync(`${CONFIG_FOLDER}/${file}`, 'utf8'));
  const { clock, log, stop } = await bootFromModule({ nsm, ...processPorts });
  const serving = serveEnclave(image, {
    nsm,
    clock,
    random: systemRandom,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    log,
  });
  // This comes before it listens, so that a process that sees it listen may end it. A failed start ends by itself,
  // below.
  process.once('SIGTERM', () => {
    stop();
    void serving.then((enclave) => enclave.close().then(() => process.exit(0))).catch(() => undefined);
  });
  await serving;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof CodedError ? `${error.code}: ${error.message}` : String(error)}\n`,
  );
  process.exit(1);
});
