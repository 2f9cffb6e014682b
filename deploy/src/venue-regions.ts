/**
 * Regions that venues do not serve, as data. A deployment there would get HTTP 451 for every key
 * (`exchange_region_refused`).
 */

/** A venue's hosts, and the AWS regions from which it does not answer. */
interface VenueRegions {
  readonly venue: string;
  readonly hosts: readonly string[];
  /** Prefixes of region names. */
  readonly refuses: readonly string[];
  readonly why: string;
}

const VENUES: readonly VenueRegions[] = [
  {
    venue: 'Binance',
    hosts: ['api.binance.com', 'fapi.binance.com', 'dapi.binance.com'],
    // us-east-1, us-east-2, us-west-1, us-west-2, us-gov-east-1, us-gov-west-1.
    refuses: ['us-'],
    why: 'does not serve the USA',
  },
];

/** The venues' hosts with their port. A test holds them against the image's measured list. */
export const VENUE_PLACES = VENUES.flatMap(({ hosts }) => hosts.map((host) => `${host}:443`));

/**
 * Why this region does not suit these venues. Null: it does.
 * @param egressAllow - `host:port` of the venues
 */
export function regionFault(region: string, egressAllow: readonly string[]): string | null {
  const hosts = new Set(egressAllow.map((place) => place.split(':')[0]!));
  for (const { venue, hosts: own, refuses, why } of VENUES) {
    const host = own.find((name) => hosts.has(name));
    if (host !== undefined && refuses.some((beginning) => region.startsWith(beginning))) {
      return `${region}: ${venue} (${host} in egressAllow) ${why}; take a region elsewhere, such as eu-west-1`;
    }
  }
  return null;
}
