import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf, codeOfRejection } from '../../../shared/test/codes.ts';
import { deferred } from '../../../shared/test/deferred.ts';
import { type NsmSystem, nsmSystem, openNsmDevice } from '../../src/nsm/device.ts';
import { NsmError } from '../../src/nsm/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'pa-nsm-'));
afterAll(() => rmSync(folder, { recursive: true }));

function errno(code: string): Error {
  return Object.assign(new Error('of the system'), { code });
}

/** A system with a device. The open descriptor is 7, and closed descriptors are recorded. */
function systemThat(parts: Partial<NsmSystem>): NsmSystem & { readonly closed: number[] } {
  const closed: number[] = [];
  return {
    open: () => 7,
    isCharacterDevice: () => true,
    close: (fd) => closed.push(fd),
    native: () => ({ call: async (_, request) => request.slice() }),
    ...parts,
    closed,
  };
}

describe('when the device is opened', () => {
  it.each([
    ['ENOENT', 'nsm_absent'],
    ['ENOTDIR', 'nsm_absent'],
    ['ENXIO', 'nsm_absent'],
    ['ENODEV', 'nsm_absent'],
    ['EACCES', 'nsm_denied'],
    ['EPERM', 'nsm_denied'],
    ['EISDIR', 'nsm_not_a_device'],
    ['EMFILE', 'nsm_failed'],
  ])('%s is reported as %s, with advice', (code, expected) => {
    const open = () => {
      throw errno(code);
    };
    const attempt = () => openNsmDevice('/dev/nsm', systemThat({ open }));
    expect(codeOf(attempt, NsmError)).toBe(expected);
    expect(attempt).toThrow(new RegExp(`^/dev/nsm: \\w+.* \\(${code}\\)$`));
  });

  it('the real system gives the same codes: no file, a folder, a file, a device without the native part', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const codeAt = (path: string) => codeOf(() => openNsmDevice(path, nsmSystem), NsmError);
    expect(codeAt(join(folder, 'nothing'))).toBe('nsm_absent');
    expect(codeAt(join(file, 'nothing'))).toBe('nsm_absent');
    expect(codeAt(folder)).toBe('nsm_not_a_device');
    expect(codeAt(file)).toBe('nsm_not_a_device');
    expect(codeAt('/dev/null')).toBe('nsm_unsupported');
  });

  it('an unused descriptor is closed again', () => {
    const file = systemThat({ isCharacterDevice: () => false });
    expect(codeOf(() => openNsmDevice('/dev/nsm', file), NsmError)).toBe('nsm_not_a_device');
    const bare = systemThat({ native: () => null });
    expect(codeOf(() => openNsmDevice('/dev/nsm', bare), NsmError)).toBe('nsm_unsupported');
    expect([file.closed, bare.closed]).toEqual([[7], [7]]);
  });
});

describe('when the device is called', () => {
  it('the request goes to its descriptor, and the response is returned', async () => {
    const fds: number[] = [];
    const native = {
      call: async (fd: number, request: Uint8Array) => {
        fds.push(fd);
        return request.toReversed();
      },
    };
    const device = openNsmDevice('/dev/nsm', systemThat({ native: () => native }));
    expect(await device.call(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(2, 1));
    expect(fds).toEqual([7]);
  });

  it.each([
    ['EMSGSIZE', 'nsm_input_too_large'],
    ['EPERM', 'nsm_denied'],
    ['EACCES', 'nsm_denied'],
    ['ENOTTY', 'nsm_not_a_device'],
    ['EINVAL', 'nsm_not_a_device'],
    ['ETIMEDOUT', 'nsm_failed'],
    ['EIO', 'nsm_failed'],
  ])('%s is reported as %s', async (code, expected) => {
    const native = () => ({ call: () => Promise.reject(errno(code)) });
    const device = openNsmDevice('/dev/nsm', systemThat({ native }));
    expect(await codeOfRejection(device.call(Uint8Array.of(1)), NsmError)).toBe(expected);
    await expect(device.call(Uint8Array.of(1))).rejects.toThrow(code);
  });

  it('requests of more than 4 KiB never reach the driver', async () => {
    let calls = 0;
    const native = () => ({
      call: async (_: number, request: Uint8Array) => {
        calls++;
        return request;
      },
    });
    const device = openNsmDevice('/dev/nsm', systemThat({ native }));
    expect(await codeOfRejection(device.call(new Uint8Array(4097)), NsmError)).toBe('nsm_input_too_large');
    expect(calls).toBe(0);
    expect(await device.call(new Uint8Array(4096))).toHaveLength(4096);
  });

  it('calls run one at a time and in order, and a failed one does not stop the next', async () => {
    const started: number[] = [];
    const gates = [deferred<Error | null>(), deferred<Error | null>()];
    const native = () => ({
      call: async (_: number, request: Uint8Array) => {
        started.push(request[0]!);
        const failure = await gates[request[0]!]!.promise;
        if (failure !== null) throw failure;
        return request;
      },
    });
    const device = openNsmDevice('/dev/nsm', systemThat({ native }));
    const first = device.call(Uint8Array.of(0));
    const second = device.call(Uint8Array.of(1));
    await Promise.resolve();
    expect(started).toEqual([0]);
    gates[0]!.resolve(errno('ETIMEDOUT'));
    expect(await codeOfRejection(first, NsmError)).toBe('nsm_failed');
    gates[1]!.resolve(null);
    expect(await second).toEqual(Uint8Array.of(1));
    expect(started).toEqual([0, 1]);
  });
});
