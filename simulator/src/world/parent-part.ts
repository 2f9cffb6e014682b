/**
 * Starts the parent in the simulator: production's `serve`, connected to the simulated internet. No import of this file
 * may name the contents of messages, because it runs under the `untrusted` condition.
 */
import { parseConfig } from '@perf-aggregator/parent/config';
import { type Log, logEvents } from '@perf-aggregator/parent/log';
import { type RunningParent, serveParent } from '@perf-aggregator/parent/serve';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import type { Clock } from '@perf-aggregator/shared/clock';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { type HostPorts, simulatedResolver, VENUE_HOSTS } from './hosts.ts';

/** The inputs of the parent. */
export interface ParentPart {
  readonly host: string;
  readonly port: number;
  /** Endpoints of the enclaves, separated by commas. */
  readonly enclave: string;
  readonly egress: string;
  readonly storePath: string;
  readonly hosts: HostPorts;
  readonly role: RoleCredentials & { readonly roleArn: string };
  readonly keyArn: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Variables in addition to those that follow from the other inputs. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a parent. Like production, it is configured by variables. */
export async function startParent(part: ParentPart): Promise<RunningParent> {
  const config = parseConfig({
    ENCLAVE_HOST: part.host,
    ENCLAVE_PORT: String(part.port),
    ENCLAVE_ENDPOINT: part.enclave,
    EGRESS_ENDPOINT: part.egress,
    EGRESS_ALLOW: VENUE_HOSTS.map((host) => `${host}:443`).join(','),
    KMS_KEY_ARN: part.keyArn,
    KMS_ROLE_ARN: part.role.roleArn,
    STORE_PATH: part.storePath,
    // For one person at one machine, the limit of a public service would only be an obstacle.
    RATE_LIMIT_MAX: '1000000',
    ...part.environment,
  });
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = part.role;
  const store = openLmdbStore(config.storePath);
  try {
    return await serveParent(config, {
      store,
      resolver: simulatedResolver(part.hosts),
      credentials: () => Promise.resolve({ accessKeyId, secretAccessKey, sessionToken, expiration }),
      clock: part.clock,
      emit: logEvents(part.log),
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}
