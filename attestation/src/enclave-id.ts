/** Where an enclave runs, by its document and its certificate. Trust it only for a verified document. */
import { VerificationError } from './errors.ts';

/** Instance and enclave, joined in `module_id`: `i-0123456789abcdef0-enc0123456789abcdef`. */
const ENCLAVE_ID = /^(i-[0-9a-f]+)-enc[0-9a-f]+$/;

/**
 * Checks that a document is about an enclave, because EC2 attests instances under the same root.
 * @throws VerificationError `not_an_enclave`
 */
export function checkEnclaveId({ moduleId }: { readonly moduleId: string }): void {
  if (ENCLAVE_ID.test(moduleId)) return;
  throw new VerificationError(
    'not_an_enclave',
    "the module id is no enclave's: the document may be an instance's",
  );
}

/**
 * Id of the instance that an enclave runs on, `i-0123456789abcdef0`. Null where the module id is not one of an enclave.
 */
export function instanceIdOf({ moduleId }: { readonly moduleId: string }): string | null {
  return ENCLAVE_ID.exec(moduleId)?.[1] ?? null;
}

/**
 * Region that an enclave runs in, `eu-central-1`. The name of the leaf certificate ends with `CN=<module
 * id>.<region>.aws`. Null where the last certificate does not belong to this enclave.
 */
export function regionOf(document: {
  readonly moduleId: string;
  readonly chain: readonly { readonly subject: string }[];
}): string | null {
  const name = document.chain.at(-1)?.subject ?? '';
  const start = `CN=${document.moduleId}.`;
  const at = name.indexOf(start);
  if (at < 0 || (at > 0 && !name.slice(0, at).endsWith(', '))) return null;
  return /^([a-z]+(?:-[a-z]+)+-\d+)\.[a-z-]+$/.exec(name.slice(at + start.length))?.[1] ?? null;
}
