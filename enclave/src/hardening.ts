/**
 * What an enclave's process must not inherit from the process that starts it, and the ways in and out that it must not
 * have.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { CodedError } from '@perf-aggregator/shared/errors';

/** The process was started in a way that could change what the measured code does. */
export class HardeningError extends CodedError<
  'environment_refused' | 'options_refused' | 'fetch_forbidden'
> {}

/** With these variables, Node or OpenSSL would run other code, or trust other certificates, than the measured ones. */
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

/** Options that an enclave's process may be started with. The first one is required. */
const OPTIONS = ['--disallow-code-generation-from-strings', '--disable-sigusr1'];

/**
 * Options for the process of an enclave under this Node. No code from strings. No inspector at SIGUSR1, where Node
 * knows the option (22.14; on other versions {@link closeInspector} does what it can).
 */
export function enclaveOptions(known: ReadonlySet<string>): string[] {
  return OPTIONS.filter((option, index) => index === 0 || known.has(option));
}

/**
 * Refuses a process that was started with any option outside that list, such as `--inspect` or `--import`.
 * @param options - `process.execArgv`
 * @throws HardeningError `options_refused`
 */
export function refuseOptions(options: readonly string[]): void {
  const unknown = options.filter((option) => !OPTIONS.includes(option));
  if (unknown.length > 0) throw new HardeningError('options_refused', `start without ${unknown.join(' ')}`);
  if (!options.includes(OPTIONS[0]!)) throw new HardeningError('options_refused', `start with ${OPTIONS[0]}`);
}

/** Takes over SIGUSR1 from Node. Node would open its inspector at this signal. */
export function closeInspector(process: { on(signal: 'SIGUSR1', listener: () => void): unknown }): void {
  process.on('SIGUSR1', () => undefined);
}

/**
 * Keeps memory out of core dumps (core(5)): the kernel writes none of this process's mappings. The process that starts
 * this one can do more with `ulimit -c 0`, which Node cannot.
 * @param filter - `/proc/self/coredump_filter`; a system without this file is not a supported one
 */
export function emptyCoreDumps(filter: string): void {
  if (existsSync(filter)) writeFileSync(filter, '0');
}

/** Makes the platform's own `fetch` throw. Every way out is a tunnel that the code asks for by name. */
export function forbidGlobalFetch(scope: { fetch: typeof globalThis.fetch }): void {
  scope.fetch = () => {
    throw new HardeningError('fetch_forbidden', 'the enclave reaches hosts through its tunnel only');
  };
}

/** Does all of the above, at the start of an enclave's process and before anything else. @throws HardeningError */
export function hardenProcess(
  own: Pick<NodeJS.Process, 'env' | 'execArgv' | 'on'>,
  scope: { fetch: typeof globalThis.fetch },
): void {
  closeInspector(own);
  refuseEnvironment(own.env);
  refuseOptions(own.execArgv);
  emptyCoreDumps('/proc/self/coredump_filter');
  forbidGlobalFetch(scope);
}
