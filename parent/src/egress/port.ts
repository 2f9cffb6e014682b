/** The port of the egress proxy: how host names become addresses. */

/** One address of a host. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * An address that its resolver guarantees. It skips the check for public addresses, and has its own port. Only a
 * simulator's resolver makes these: with them real host names lead to its local venues.
 */
export interface TrustedAddress extends ResolvedAddress {
  readonly trusted: true;
  readonly port: number;
}

/** All addresses of a host name, best first. Rejects, or returns none, when the name has no addresses. */
export type Resolver = (host: string) => Promise<readonly (ResolvedAddress | TrustedAddress)[]>;
