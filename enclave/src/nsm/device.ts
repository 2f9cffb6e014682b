/**
 * Production's module: `/dev/nsm`. Its requests are ioctl calls, which Node cannot make by itself; this
 * installation was built without the native part, so opening the device is refused by code. Nothing takes
 * its place: an enclave without a module does not start.
 */
import { accessSync, constants } from 'node:fs';
import { NsmError } from './errors.ts';
import type { Nsm } from './port.ts';

/**
 * Opens the module at `path`.
 * @throws NsmError `nsm_unavailable`
 */
export function openNsmDevice(path: string): Nsm {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new NsmError('nsm_unavailable', `${path} cannot be opened: this is no Nitro Enclave`, cause);
  }
  throw new NsmError('nsm_unavailable', `${path}: this installation was built without ioctl`);
}
