/** The port of the egress proxy: how host names become addresses. */

/** One address of a host. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * An address that its resolver vouches for: exempt from the check for public addresses, with a port of its
 * own. Only a simulator's resolver makes these; it is how real host names lead to its local venues.
 */
export interface TrustedAddress extends ResolvedAddress {
  readonly trusted: true;
  readonly port: number;
}

/** All addresses of a host name, best first. Rejects or is empty when there are none. */
export type Resolver = (host: string) => Promise<readonly (ResolvedAddress | TrustedAddress)[]>;
