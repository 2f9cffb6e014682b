/**
 * The device in production: `/dev/nsm`, by one ioctl of the native part (`enclave/native/nsm.c`). The build puts that
 * part beside this module (`scripts/build-nsm.sh`). There is no substitute: an enclave without a module does not start.
 */
import { closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NsmError, type NsmErrorCode } from './errors.ts';
import type { NsmDevice } from './port.ts';
import { MAX_REQUEST_BYTES } from './request.ts';

/** The native part. Its errors have the name of errno as `code`. */
export interface NsmNative {
  call(fd: number, request: Uint8Array): Promise<Uint8Array>;
}

/** What a device needs of the system. The errors have the name of errno as `code`. */
export interface NsmSystem {
  /** Opens a path for reading and writing. */
  open(path: string): number;
  isCharacterDevice(fd: number): boolean;
  close(fd: number): void;
  /** The native part. Null where it was not built. */
  native(): NsmNative | null;
}

/** The real system. */
export const nsmSystem: NsmSystem = {
  open: (path) => openSync(path, constants.O_RDWR),
  isCharacterDevice: (fd) => fstatSync(fd).isCharacterDevice(),
  close: closeSync,
  native: () => {
    const file = fileURLToPath(new URL('nsm.node', import.meta.url));
    return existsSync(file) ? (createRequire(import.meta.url)(file) as NsmNative) : null;
  },
};

const OPEN_CODES: Readonly<Record<string, NsmErrorCode>> = {
  ENOENT: 'nsm_absent',
  ENOTDIR: 'nsm_absent',
  // A file-system node without a driver behind it.
  ENODEV: 'nsm_absent',
  ENXIO: 'nsm_absent',
  EACCES: 'nsm_denied',
  EPERM: 'nsm_denied',
  EISDIR: 'nsm_not_a_device',
};
const CALL_CODES: Readonly<Record<string, NsmErrorCode>> = {
  EMSGSIZE: 'nsm_input_too_large',
  EACCES: 'nsm_denied',
  EPERM: 'nsm_denied',
  // The driver refuses unknown ioctl numbers with EINVAL. A file without ioctls gives ENOTTY.
  ENOTTY: 'nsm_not_a_device',
  EINVAL: 'nsm_not_a_device',
};
const HINTS: Partial<Record<NsmErrorCode, string>> = {
  nsm_absent:
    'this is no Nitro Enclave, or its kernel has no nsm driver; the local world (simulate) brings a module of its own',
  nsm_denied: 'this user may not use the device: run as root, or give it read and write permission',
  nsm_not_a_device: 'this is not the device of the nsm driver: mount devtmpfs at /dev',
  nsm_unsupported: 'this installation was built without the native part: scripts/build-nsm.sh',
  nsm_input_too_large: `a request has at most ${MAX_REQUEST_BYTES} bytes`,
  nsm_failed: 'the driver failed: see the kernel log of the enclave (debug console), and start it anew',
};

/**
 * Opens the device at `path` for the life of the process. Calls run one at a time, as in the driver itself. So a module
 * that hangs holds one thread of Node's pool, not all four.
 * @throws NsmError `nsm_absent`, `nsm_denied`, `nsm_not_a_device`, `nsm_unsupported`, `nsm_failed`
 */
export function openNsmDevice(path: string, system: NsmSystem): NsmDevice {
  const fd = openDescriptor(path, system);
  const native = system.native();
  if (native === null) {
    system.close(fd);
    throw failure('nsm_unsupported', path);
  }
  let last: Promise<unknown> = Promise.resolve();
  return {
    call(request) {
      const answer = last.then(() => callNative(native, fd, request, path));
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

function openDescriptor(path: string, system: NsmSystem): number {
  let fd: number;
  try {
    fd = system.open(path);
  } catch (cause) {
    throw failure(OPEN_CODES[errnoOf(cause)] ?? 'nsm_failed', path, cause);
  }
  if (system.isCharacterDevice(fd)) return fd;
  system.close(fd);
  throw failure('nsm_not_a_device', path);
}

async function callNative(
  native: NsmNative,
  fd: number,
  request: Uint8Array,
  path: string,
): Promise<Uint8Array> {
  if (request.length > MAX_REQUEST_BYTES) throw failure('nsm_input_too_large', path);
  try {
    return await native.call(fd, request);
  } catch (cause) {
    throw failure(CALL_CODES[errnoOf(cause)] ?? 'nsm_failed', path, cause);
  }
}

function errnoOf(cause: unknown): string {
  return String((cause as NodeJS.ErrnoException).code);
}

function failure(code: NsmErrorCode, path: string, cause?: unknown): NsmError {
  const errno = cause === undefined ? '' : ` (${errnoOf(cause)})`;
  return new NsmError(code, `${path}: ${HINTS[code]}${errno}`, cause);
}
