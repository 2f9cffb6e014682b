/** Real AF_VSOCK, in a QEMU guest that simulator/guest/boot.sh boots. No socket of this machine is used. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const BOOT = fileURLToPath(new URL('../../guest/boot.sh', import.meta.url));
/** The guest is emulated instruction by instruction. On a busy machine it takes several times as long as usual. */
const PATIENCE_S = 900;

interface GuestRun {
  readonly console: string;
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

/** Runs one program in a new guest. @returns its tests by name (TAP) */
function boot(program: string): Promise<GuestRun> {
  const guest = spawn(BOOT, [`simulator/guest/${program}`, String(PATIENCE_S)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let console = '';
  for (const stream of [guest.stdout, guest.stderr]) {
    stream.on('data', (part) => {
      console += part;
    });
  }
  return new Promise((resolve) => {
    guest.on('close', () => {
      const named = (status: string) =>
        [...console.matchAll(new RegExp(`^${status} \\d+ - (.*?)\\r?$`, 'gm'))].map(([, name]) => name!);
      resolve({ console, passed: named('ok'), failed: named('not ok') });
    });
  });
}

it.each([
  ['transport.mjs', 13],
  ['main-job.mjs', 1],
])(
  'passes over AF_VSOCK: %s',
  async (program, count) => {
    const { console, passed, failed } = await boot(program);
    expect({ failed, passed: passed.length }, console).toEqual({ failed: [], passed: count });
    expect(console).toMatch(/^guest: ended with 0 /m);
  },
  (PATIENCE_S + 60) * 1000,
);
