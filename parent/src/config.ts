/** The parent's configuration: environment variables, parsed once, every fault reported at once. */
import { CodedError } from '@perf-aggregator/shared/errors';
import { DEFAULT_SESSION_TTL_S, MAX_SESSION_TTL_S } from '@perf-aggregator/shared/limits';
import { type Endpoint, formatEndpoint, parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { type Deployment, isRoleArn, keyService } from '@perf-aggregator/shared/wire/deployment';

/** The environment is unusable; the message lists every fault. */
export class ConfigError extends CodedError<'config_invalid'> {}

/** What the parent needs to know. `docs/configuration.md` explains every variable. */
export interface ParentConfig {
  readonly host: string;
  readonly port: number;
  /** Where the enclaves listen. */
  readonly enclaves: readonly Endpoint[];
  /** What every one of them is told at boot. */
  readonly deployment: Deployment;
  /** Where the egress proxy listens for the enclave. */
  readonly egress: Endpoint;
  /** Hosts that the enclaves may reach, that of the key service among them. */
  readonly egressAllow: readonly { readonly host: string; readonly port: number }[];
  /** Folder of the embedded store. */
  readonly storePath: string;
  readonly logLevel: string;
  /** Seconds. */
  readonly defaultSessionTtl: number;
  readonly maxSessionTtl: number;
  /** ms */
  readonly sessionCleanupInterval: number;
  /** Requests that one address may make in a window (ms). */
  readonly rateLimit: { readonly max: number; readonly windowMs: number };
  /** How long `/ready` says no before requests are refused, ms: the time that a load balancer takes to notice. */
  readonly drainDelayMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];
/** Names of the whole system that a parent must not be given, or can do nothing with yet. */
const REFUSED: Readonly<Record<string, string>> = {
  ENCLAVE_PRIVATE_KEY_PATH: 'a parent never reads a private key; only the development enclave does',
  ENCLAVE_PUBLIC_KEY_PATH: 'a parent never reads a key; only the development enclave does',
  DATABASE_URL: 'this version stores in LMDB only (STORE_PATH)',
};

/**
 * Reads the environment.
 * @throws ConfigError `config_invalid`, naming every variable that is wrong and why
 */
export function parseConfig(environment: Environment): ParentConfig {
  const reader = new Reader(environment);
  for (const [name, why] of Object.entries(REFUSED)) if (environment[name]) reader.fault(name, why);
  const maxSessionTtl = reader.integer('MAX_SESSION_TTL', MAX_SESSION_TTL_S, 60, MAX_SESSION_TTL_S);
  const longestTtl = maxSessionTtl || MAX_SESSION_TTL_S;
  const deployment = reader.deployment();
  const config: ParentConfig = {
    host: reader.text('ENCLAVE_HOST', '0.0.0.0'),
    port: reader.integer('ENCLAVE_PORT', 3000, 0, 65_535),
    enclaves: reader.endpoints('ENCLAVE_ENDPOINT'),
    deployment,
    egress: reader.endpoint('EGRESS_ENDPOINT'),
    egressAllow: [...reader.hosts('EGRESS_ALLOW'), ...keyServiceOf(deployment)],
    storePath: reader.text('STORE_PATH', './data'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    defaultSessionTtl: reader.integer(
      'DEFAULT_SESSION_TTL',
      Math.min(DEFAULT_SESSION_TTL_S, longestTtl),
      60,
      longestTtl,
    ),
    maxSessionTtl,
    rateLimit: {
      max: reader.integer('RATE_LIMIT_MAX', 100, 1, 1_000_000_000),
      windowMs: reader.integer('RATE_LIMIT_WINDOW', 900_000, 1_000, 86_400_000),
    },
    drainDelayMs: 1_000 * reader.integer('DRAIN_DELAY', 0, 0, 3_600),
    sessionCleanupInterval: reader.integer('SESSION_CLEANUP_INTERVAL', 3_600_000, 1_000, 86_400_000),
  };
  reader.finish();
  return config;
}

function keyServiceOf({ keyArn }: Deployment): ParentConfig['egressAllow'] {
  const service = keyService(keyArn);
  return service ? [{ host: service.host, port: 443 }] : [];
}

class Reader {
  readonly #environment: Environment;
  readonly #faults: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  fault(name: string, why: string): void {
    this.#faults.push(`${name}: ${why}`);
  }

  finish(): void {
    if (this.#faults.length > 0) {
      throw new ConfigError('config_invalid', `the environment is unusable\n  ${this.#faults.join('\n  ')}`);
    }
  }

  text(name: string, fallback: string): string {
    return this.#environment[name] || fallback;
  }

  oneOf(name: string, values: readonly string[], fallback: string): string {
    const value = this.text(name, fallback);
    if (!values.includes(value)) this.fault(name, `one of ${values.join(', ')}, not "${value}"`);
    return value;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.text(name, String(fallback));
    const number = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.fault(name, `a whole number from ${min} to ${max}, not "${value}"`);
    return Number.NaN;
  }

  endpoint(name: string): Endpoint {
    return this.#endpoint(name, this.#environment[name] ?? '');
  }

  endpoints(name: string): Endpoint[] {
    const values = this.text(name, '').split(',');
    const endpoints = values.map((value) => this.#endpoint(name, value.trim()));
    if (new Set(endpoints.map(formatEndpoint)).size < endpoints.length) {
      this.fault(name, 'names an endpoint twice');
    }
    return endpoints;
  }

  #endpoint(name: string, value: string): Endpoint {
    try {
      return parseEndpoint(value);
    } catch (error) {
      this.fault(name, value ? (error as Error).message : 'missing: vsock://CID:PORT or unix:PATH');
      return { kind: 'unix', path: '' };
    }
  }

  deployment(): Deployment {
    const [keyArn, roleArn] = [this.text('KMS_KEY_ARN', ''), this.text('KMS_ROLE_ARN', '')];
    if (!keyService(keyArn)) {
      this.fault('KMS_KEY_ARN', `arn:aws:kms:REGION:ACCOUNT:key/ID (no alias), not "${keyArn}"`);
    }
    if (!isRoleArn(roleArn)) this.fault('KMS_ROLE_ARN', `arn:aws:iam::ACCOUNT:role/NAME, not "${roleArn}"`);
    return { keyArn, roleArn };
  }

  hosts(name: string): ParentConfig['egressAllow'] {
    const items = this.text(name, '').split(',').filter(Boolean);
    if (items.length === 0) this.fault(name, 'missing: host:port,host:port,…');
    return items.flatMap((item) => {
      const match = /^([a-z0-9.-]+):(\d{1,5})$/.exec(item.trim());
      const port = Number(match?.[2]);
      if (match && port >= 1 && port <= 65_535) return [{ host: match[1]!, port }];
      this.fault(name, `"${item}" is not host:port`);
      return [];
    });
  }
}
