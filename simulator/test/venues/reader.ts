/** Reads an account as synchronisations do: pull after pull, into one ledger, until everything was walked. */
import type { Exchanges, Pull, PullBudget, VenueAccount } from '@perf-aggregator/enclave/venues/port';
import { Ledger } from '../../../enclave/src/sessions/ledger.ts';

/** What was read of an account, as one would store it. */
export class Reader {
  ledger = new Ledger();
  last: Pull | null = null;
  readonly pulls: Pull[] = [];
  readonly #exchanges: Exchanges;
  readonly #account: VenueAccount;

  constructor(exchanges: Exchanges, account: VenueAccount) {
    this.#exchanges = exchanges;
    this.#account = account;
  }

  /** One pull. Its cursor is converted to JSON and back, as in sealed storage. */
  async pull(budget: PullBudget): Promise<Pull> {
    const cursor = this.last === null ? null : JSON.parse(JSON.stringify(this.last.cursor));
    const pull = await this.#exchanges.pull(this.#account, cursor, budget, {
      standingOf: (entry) => this.ledger.standingOf(entry),
      entries: () => this.ledger.entriesOf(this.#account.account),
    });
    const { entries, marks } = pull;
    this.ledger.append(this.ledger.fresh({ entries, marks }), 'fetched');
    this.last = { ...pull, snapshot: pull.snapshot ?? this.last?.snapshot ?? null };
    this.pulls.push(pull);
    return pull;
  }

  /** Pulls until everything was walked and the balances were read after it. */
  async all(budget: () => PullBudget): Promise<Pull> {
    for (let pulls = 0; pulls < 500; pulls++) {
      const pull = await this.pull(budget());
      if (pull.progress === 1 && pull.done) return pull;
    }
    throw new Error('the account is never read to its end');
  }
}
