/** The length of a sealed reply shows only its bucket, which is the same for different accounts. */
import { REPLY_BUCKET_BYTES } from '@perf-aggregator/shared/limits';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateAccount } from '../../../src/trader/account.ts';
import { toCustomer, worldAccount } from '../../../src/world/internet.ts';
import { startTestWorld, type TestWorld } from '../../world/fixture.ts';
import { RawClient } from '../client-input/raw.ts';

const READS = ['metrics', 'summary', 'report'] as const;
/** The length of these depends on the number of days or round trips (docs/protocol.md §4 "Pages"). */
const PAGES = ['returns', 'trades'] as const;
const ACCOUNTS = ['a', 'b', 'c'] as const;

let test: TestWorld;
/** Length of the ciphertext of each read, by account. */
const sizes = new Map<string, number[]>();
/** Some values of the accounts, to show that the accounts differ. */
const contents = new Map<string, string[]>();
let raw: RawClient;

beforeAll(async () => {
  test = await startTestWorld({ syncIntervalMs: 86_400_000 });
  raw = new RawClient(test.world);
  const { venue } = test.state;
  const { market } = worldAccount(venue);
  const own = toCustomer(venue, worldAccount(venue).account);
  await test.world.startInternet({
    accounts: ACCOUNTS.map((name, index) => ({
      ...own,
      uid: own.uid + index,
      apiKey: name.repeat(64),
      history: generateAccount({ seed: name, market, lastDay: venue.lastDay - 1 }),
    })),
  });
  for (const name of ACCOUNTS) {
    const client = test.world.client({ apiKey: name.repeat(64), userId: name.repeat(name.charCodeAt(0)) });
    await client.register();
    // Everything is read, so that there is a report.
    await client.getReport();
    const { navEnd, fillCount } = await client.getMetrics();
    contents.set('navEnd', [...(contents.get('navEnd') ?? []), String(navEnd)]);
    contents.set('fillCount', [...(contents.get('fillCount') ?? []), String(fillCount)]);
    for (const read of [...READS, ...PAGES]) {
      const answer = await raw.send(`/enclave/${read}/${client.export().sessionId}`);
      const { ciphertext } = JSON.parse(answer.text) as { ciphertext: string };
      sizes.set(read, [...(sizes.get(read) ?? []), Buffer.from(ciphertext, 'base64').length]);
    }
  }
});
afterAll(() => test.world.stop());

describe('when different accounts are read', () => {
  it('the accounts differ', () => {
    for (const values of contents.values()) expect(new Set(values).size).toBe(ACCOUNTS.length);
  });

  it.each(READS)('%s fills whole buckets, the same number for each account', (read) => {
    const [first = 0, ...others] = sizes.get(read)!;
    expect(first).toBeGreaterThan(0);
    expect(first % REPLY_BUCKET_BYTES).toBe(0);
    expect(others).toEqual(others.map(() => first));
  });

  it.each(PAGES)('%s with the same number of items fills whole buckets, at most one apart', (read) => {
    const lengths = sizes.get(read)!;
    expect(lengths.map((length) => length % REPLY_BUCKET_BYTES)).toEqual(lengths.map(() => 0));
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(REPLY_BUCKET_BYTES);
  });

  it('a summary fills one bucket, and so does a refusal', async () => {
    expect(sizes.get('summary')).toEqual(ACCOUNTS.map(() => REPLY_BUCKET_BYTES));
    const account = { exchange: 'binance', apiKey: 'a'.repeat(64), apiSecret: 'x' };
    const lengths: number[] = [];
    for (const payload of [
      {},
      { userId: 'u', accounts: [account] },
      { userId: 'u', accounts: [{ ...account, exchange: 'mtgox' }] },
    ]) {
      const { body } = await raw.compose({ payload });
      const { sealed } = JSON.parse((await raw.submit(body)).text) as { sealed: { ciphertext: string } };
      lengths.push(Buffer.from(sealed.ciphertext, 'base64').length);
    }
    expect(lengths).toEqual(lengths.map(() => REPLY_BUCKET_BYTES));
  });
});
