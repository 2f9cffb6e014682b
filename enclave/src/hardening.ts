/** What an enclave's process must not inherit from whoever starts it, and ways out that it must not have. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** The process was started in a way that could change what the measured code does. */
export class HardeningError extends CodedError<'environment_refused' | 'fetch_forbidden'> {}

/** Variables by which Node or OpenSSL run other code, or trust other certificates, than what was measured. */
const REFUSED = [
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_USE_ENV_PROXY',
  'OPENSSL_CONF',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'SSLKEYLOGFILE',
];

/** @throws HardeningError `environment_refused`, naming every variable that must go (not its value) */
export function refuseEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
  const found = REFUSED.filter((name) => environment[name] !== undefined);
  if (found.length > 0) throw new HardeningError('environment_refused', `unset ${found.join(', ')}`);
}

/** Makes the platform's own `fetch` throw: every way out is a tunnel that was asked for by name. */
export function forbidGlobalFetch(scope: { fetch: typeof globalThis.fetch }): void {
  scope.fetch = () => {
    throw new HardeningError('fetch_forbidden', 'the enclave reaches hosts through its tunnel only');
  };
}
