/** The hosts of every venue: the one list from which allowlists follow. Data alone, without the tables. */
import { HOSTS, SANDBOX_HOSTS } from './binance/hosts.ts';

/** Hosts by venue, the main one first. All answer on port 443. */
export const VENUE_HOSTS = { binance: HOSTS } as const;

/** Hosts of the sandboxes. */
export const VENUE_SANDBOX_HOSTS = { binance: SANDBOX_HOSTS } as const;
