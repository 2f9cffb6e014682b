/** The host names of the simulated internet, which are the real ones, and the addresses behind them. */
import { VENUE_HOSTS as TABLE_HOSTS } from '@perf-aggregator/enclave/venues/tables/hosts';
import type { Resolver } from '@perf-aggregator/parent/egress/port';

/** Hosts of the simulated venues: those of the tables that the enclave reads by. */
export const VENUE_HOSTS = TABLE_HOSTS.binance;

/** Host of the simulated key service. */
export const KMS_HOST = 'kms.us-east-1.amazonaws.com';
/** Every host of the simulated internet. */
export const WORLD_HOSTS = [KMS_HOST, ...VENUE_HOSTS] as const;

/** Loopback port by host name. */
export type HostPorts = Readonly<Record<string, number>>;

/** Resolves the real host names to the simulated internet, and no other name. */
export function simulatedResolver(ports: HostPorts): Resolver {
  return (host) => {
    const port = Object.hasOwn(ports, host) ? ports[host] : undefined;
    return Promise.resolve(
      port === undefined ? [] : [{ address: '127.0.0.1', family: 4, trusted: true, port }],
    );
  };
}
