/** Compiles and calls the native part, and runs the production entry on a machine that is no enclave. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enclaveOptions } from '../../src/hardening.ts';
import { run } from './run.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pa-nsm-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('when the native part is compiled', () => {
  const native = join(folder, 'nsm.node');
  const shim = join(folder, 'shim.so');
  beforeAll(() => {
    run(join(ROOT, 'scripts/build-nsm.sh'), [folder]);
    const source = join(ROOT, 'enclave/test/system/ioctl-shim.c');
    run('cc', ['-std=c11', '-Wall', '-Werror', '-fPIC', '-shared', '-o', shim, source]);
  });

  it('it makes its only ioctl, applies its limits, and does not block the event loop', () => {
    const script = join(ROOT, 'enclave/test/system/nsm-native.mjs');
    const told: unknown = JSON.parse(run(process.execPath, [script, native], { LD_PRELOAD: shim }));
    expect(told).toEqual({
      echo: '321e',
      copied: '....e',
      largest: 4096,
      tooLarge: 'Error EMSGSIZE',
      full: { length: 12_288, offered: 12_288, rest: 1 },
      beyond: 'Error EMSGSIZE',
      late: 'Error ETIMEDOUT',
      closed: 'Error EBADF',
      noDriver: 'Error ENOTTY',
      slow: '....s',
      turnsWhileSlow: true,
      noFd: 'Error EINVAL',
      noBytes: 'Error EINVAL',
      words: 'Error EINVAL',
      nothing: 'Error EINVAL',
    });
  });
});

describe('when production starts where there is no module', () => {
  it('it ends with the code, advice, and an exit code', () => {
    const options = [
      ...enclaveOptions(process.allowedNodeEnvironmentFlags),
      join(ROOT, 'enclave/dist/main.js'),
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, options, { env: {}, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^nsm_absent: \/dev\/nsm: this is no Nitro Enclave, .* \(ENOENT\)\n$/);
  });

  it('without the hardening options it does not look for a module', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'enclave/dist/main.js')], {
      env: {},
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^options_refused: /);
  });
});
