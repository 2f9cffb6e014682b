/**
 * The parent as the simulator starts it: production's `serve`, led to the simulated internet. Nothing that
 * this file imports may name what is inside a message: it runs under the `untrusted` condition.
 */
import { parseConfig } from '@perf-aggregator/parent/config';
import { type Log, logEvents } from '@perf-aggregator/parent/log';
import { type RunningParent, serveParent } from '@perf-aggregator/parent/serve';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import type { Clock } from '@perf-aggregator/shared/clock';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { type HostPorts, simulatedResolver, VENUE_HOSTS } from './hosts.ts';

/** What the parent's half needs. */
export interface ParentPart {
  readonly host: string;
  readonly port: number;
  /** Where the enclaves listen, with commas between. */
  readonly enclave: string;
  readonly egress: string;
  readonly storePath: string;
  readonly hosts: HostPorts;
  readonly role: RoleCredentials & { readonly roleArn: string };
  readonly keyArn: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Variables besides those that follow from the rest. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a parent, configured as production is: by variables. */
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
    // One person at one machine: the limit of a public service would only be in their way.
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
