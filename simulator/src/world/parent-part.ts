/**
 * The parent as the simulator starts it: production's `serve`, led to the simulated internet. Nothing that
 * this file imports may name what is inside a message: it runs under the `untrusted` condition.
 */
import { parseConfig } from '@perf-aggregator/parent/config';
import type { Log } from '@perf-aggregator/parent/log';
import type { Credentials } from '@perf-aggregator/parent/relay/boot';
import { type RunningParent, serveParent } from '@perf-aggregator/parent/serve';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import type { Clock } from '@perf-aggregator/shared/clock';
import { type HostPorts, simulatedResolver, WORLD_HOSTS } from './hosts.ts';

/** What the parent's half needs. */
export interface ParentPart {
  readonly host: string;
  readonly port: number;
  readonly enclave: string;
  readonly egress: string;
  readonly storePath: string;
  readonly hosts: HostPorts;
  readonly role: Credentials;
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts a parent, configured as production is: by variables. */
export async function startParent(part: ParentPart): Promise<RunningParent> {
  const config = parseConfig({
    ENCLAVE_HOST: part.host,
    ENCLAVE_PORT: String(part.port),
    ENCLAVE_ENDPOINT: part.enclave,
    EGRESS_ENDPOINT: part.egress,
    EGRESS_ALLOW: WORLD_HOSTS.map((host) => `${host}:443`).join(','),
    STORE_PATH: part.storePath,
    // One person at one machine: the limit of a public service would only be in their way.
    RATE_LIMIT_MAX: '1000000',
  });
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = part.role;
  const store = openLmdbStore(config.storePath);
  try {
    return await serveParent(config, {
      store,
      resolver: simulatedResolver(part.hosts),
      credentials: () => Promise.resolve({ accessKeyId, secretAccessKey, sessionToken, expiration }),
      clock: part.clock,
      log: part.log,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}
