/** The parent's configuration: environment variables, which are read once. Every fault is reported at once. */
import { CodedError } from '@perf-aggregator/shared/errors';
import { DEFAULT_SESSION_TTL_S } from '@perf-aggregator/shared/limits';
import type { Endpoint } from '@perf-aggregator/shared/transport/endpoint';
import { type Deployment, keyService } from '@perf-aggregator/shared/wire/deployment';
import type * as z from 'zod';
import type { HostPort } from './variable-forms.ts';
import { SOURCES, VARIABLES } from './variables.ts';

/** The environment is unusable. The message lists every fault. */
export class ConfigError extends CodedError<'config_invalid'> {}

/** The settings of the parent. `docs/configuration.md` explains every variable. */
export interface ParentConfig {
  readonly host: string;
  readonly port: number;
  /** Where the enclaves listen. */
  readonly enclaves: readonly Endpoint[];
  /** What every enclave receives at boot. */
  readonly deployment: Deployment;
  /** Where the egress proxy listens for the enclave. */
  readonly egress: Endpoint;
  /** Hosts that the enclaves may reach. The host of the key service is among them. */
  readonly egressAllow: readonly HostPort[];
  /** Addresses that venues see, by the operator's setting. Empty without a setting. */
  readonly egressAddresses: readonly string[];
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
  /** Addresses and networks of proxies whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may send requests. */
  readonly corsOrigins: readonly string[];
  /**
   * How long `/ready` reports "not ready" before requests are refused, ms. A load balancer needs this time to notice.
   */
  readonly drainDelayMs: number;
}

/** Variables by name. An empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment.
 * @throws ConfigError `config_invalid`, naming every variable that is wrong and why
 */
export function parseConfig(environment: Environment): ParentConfig {
  const read = parse(VARIABLES, environment);
  const deployment = { keyArn: read.KMS_KEY_ARN, roleArn: read.KMS_ROLE_ARN };
  const service = keyService(deployment.keyArn);
  return {
    host: read.ENCLAVE_HOST,
    port: read.ENCLAVE_PORT,
    enclaves: read.ENCLAVE_ENDPOINT,
    deployment,
    egress: read.EGRESS_ENDPOINT,
    egressAllow: [...read.EGRESS_ALLOW, ...(service ? [{ host: service.host, port: 443 }] : [])],
    egressAddresses: read.EGRESS_ADDRESSES ?? [],
    storePath: read.STORE_PATH,
    logLevel: read.LOG_LEVEL,
    defaultSessionTtl: read.DEFAULT_SESSION_TTL ?? Math.min(DEFAULT_SESSION_TTL_S, read.MAX_SESSION_TTL),
    maxSessionTtl: read.MAX_SESSION_TTL,
    rateLimit: { max: read.RATE_LIMIT_MAX, windowMs: read.RATE_LIMIT_WINDOW },
    trustedProxies: read.TRUSTED_PROXIES,
    corsOrigins: read.CORS_ORIGINS,
    drainDelayMs: 1_000 * read.DRAIN_DELAY,
    sessionCleanupInterval: read.SESSION_CLEANUP_INTERVAL,
  };
}

/** Other sources of the configuration and of credentials. */
export interface ConfigSources {
  /** URL of the instance's metadata service. */
  readonly metadataEndpoint: string;
  /** Whether tags of the instance count as variables. */
  readonly isTagged: boolean;
}

/**
 * Reads the variables that are needed before the instance's tags can be read. @throws ConfigError `config_invalid`,
 * with every fault
 */
export function parseSources(environment: Environment): ConfigSources {
  const isSound = SOURCES.safeParse(present(environment)).success;
  const read = parse(isSound ? SOURCES : VARIABLES, environment);
  return {
    metadataEndpoint: read.AWS_EC2_METADATA_SERVICE_ENDPOINT,
    isTagged: read.CONFIG_FROM_TAGS === 'true',
  };
}

/** Every fault of the environment, as `NAME: why`. Empty when it can be used. */
export function faultsOf(environment: Environment): readonly string[] {
  const { error } = VARIABLES.safeParse(present(environment));
  return error ? linesOf(error) : [];
}

function parse<S extends z.ZodType>(schema: S, environment: Environment): z.infer<S> {
  const { data, error } = schema.safeParse(present(environment));
  if (!error) return data as z.infer<S>;
  throw new ConfigError('config_invalid', `the environment is unusable\n  ${linesOf(error).join('\n  ')}`);
}

function linesOf(error: z.ZodError): readonly string[] {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** The variables that are not empty. */
function present(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}
