/** Reads the account of a scripted venue as synchronisations do: pull after pull, into one ledger. */
import type { LedgerEntry } from '@perf-aggregator/analytics';
import { identityOf } from '@perf-aggregator/analytics/entries/identity';
import { Ledger } from '../../../src/sessions/ledger.ts';
import type { PullState } from '../../../src/venues/engine/cursor.ts';
import { pullAccount } from '../../../src/venues/engine/pull.ts';
import type { Pull, PullBudget, VenueAccount, VenueCursor } from '../../../src/venues/port.ts';
import { at } from './rows.ts';
import { ScriptedVenue } from './scripted-venue.ts';

const ACCOUNT: VenueAccount = {
  ...{ account: 'a0', venue: 'binance', accountType: 'spot', apiKey: 'key', apiSecret: 'secret' },
  sandbox: false,
};

export class Reader {
  readonly venue: ScriptedVenue;
  ledger = new Ledger();
  cursor: VenueCursor | null = null;

  constructor(venue = new ScriptedVenue(at(25, 12))) {
    this.venue = venue;
  }

  /** One pull. Its cursor goes through JSON. `asked` of the venue holds only the requests of this pull. */
  async pull(budget: Partial<PullBudget> = {}, account: Partial<VenueAccount> = {}): Promise<Pull> {
    const { venue, ledger } = this;
    venue.asked = [];
    venue.closesAsked = [];
    venue.lastClosesAsked = [];
    const known = {
      standingOf: (entry: LedgerEntry) => ledger.standingOf(entry),
      entries: () => ledger.entriesOf('a0'),
    };
    const ports = { ledger: known, client: venue, table: venue.table, clock: { now: () => venue.now } };
    const whole = { maxEntries: 1_000, until: Number.MAX_SAFE_INTEGER, ...budget };
    const pull = await pullAccount(ports, { ...ACCOUNT, ...account }, this.cursor, whole);
    const { entries, marks } = pull;
    ledger.append(ledger.fresh({ entries, marks }), 'fetched');
    this.cursor = JSON.parse(JSON.stringify(pull.cursor)) as VenueCursor;
    return pull;
  }

  /** Pulls until everything was walked and the balances were read after it. */
  async all(budget: Partial<PullBudget> = {}, account: Partial<VenueAccount> = {}): Promise<Pull> {
    for (let pulls = 0; pulls < 500; pulls++) {
      const pull = await this.pull(budget, account);
      if (pull.done && pull.progress === 1) return pull;
    }
    throw new Error('the account is never read to its end');
  }

  /** The cursor in the form that the engine reads. */
  get state(): PullState {
    return this.cursor as unknown as PullState;
  }
}

export const idsOf = (entries: Iterable<LedgerEntry>) => [...entries].map(({ id }) => id);

/** Entries by their identity, for comparison in any order. */
export function setOf(entries: Iterable<LedgerEntry>): Readonly<Record<string, LedgerEntry>> {
  const named = [...entries].map((entry) => [identityOf(entry).replaceAll('\n', ' '), entry] as const);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}
