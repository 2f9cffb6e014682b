/**
 * A venue with failures, seen by a client over the whole road. Before the first complete reading of an account there
 * are no numbers, only a coded reason. After it the old numbers stay, with a note. When the venue has recovered, the
 * numbers are exactly those of a day without failures.
 */
import { type MetricsResult, type SecureClient, ServiceError, verifyReport } from '@perf-aggregator/client';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority, issueServerCertificate } from '../../src/pki/authority.ts';
import { generateAccount } from '../../src/trader/account.ts';
import { streamOf } from '../../src/trader/splitmix.ts';
import { toCustomer, worldAccount } from '../../src/world/internet.ts';
import { createWorldState, type WorldState } from '../../src/world/state.ts';
import { NOON, startTestWorld, type TestWorld } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';
import {
  answer,
  FAULTS,
  HTML,
  only,
  PAGE,
  refusal,
  refused,
  type Trouble,
  timeless,
  WELL,
} from './trouble.ts';

const DAY_MS = 86_400_000;
const WEEK_S = 604_800;
/** The account keeps trading for three days after the first reading. */
const FIRST_READING = NOON - 3 * DAY_MS;
const RANDOM_SEED = 'bad day 1';

let trouble: Trouble = WELL;
let requests: { readonly path: string; readonly time: number }[] = [];
let state: WorldState;
/** Numbers of a run without failures: after the first reading, and after the further trading. */
let reference: { readonly first: MetricsResult; readonly later: MetricsResult };
let test: TestWorld;

beforeAll(async () => {
  state = await createWorldState({ clock: { now: () => NOON }, random: systemRandom, seed: 'bad day' });
  await start();
  const client = await open();
  const first = await client.getMetrics();
  await skipTo(NOON);
  reference = { first, later: await renewed(client, first) };
  await test.world.stop();
});

/** Starts a world whose venue has the current trouble. */
async function start(): Promise<void> {
  trouble = WELL;
  const clock = new ManualClock(FIRST_READING);
  const { market } = worldAccount(state.venue);
  const history = generateAccount({ seed: 'bad day', market, lastDay: state.venue.lastDay - 1, days: 60 });
  test = await startTestWorld(
    {
      state,
      internet: {
        accounts: [toCustomer(state.venue, history)],
        fault: (request) => trouble(request),
        observe: ({ path }) => requests.push({ path, time: clock.now() }),
      },
    },
    clock,
  );
}

/** Opens a session. The account is admitted before the trouble begins. */
async function open(begins: Trouble = WELL): Promise<SecureClient> {
  let admitted = false;
  trouble = (request) => {
    if (admitted) return begins(request);
    // The last request before the session exists.
    admitted = request.path.endsWith('/apiRestrictions');
    return null;
  };
  requests = [];
  const client = test.world.client({ ttl: WEEK_S });
  await client.register();
  return client;
}

async function skipTo(instant: number): Promise<void> {
  test.clock.advance(instant - test.clock.now());
  await pause();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

/** Waits for an answer, while time passes for the enclave. */
async function whileTimePasses<T>(answer: Promise<T>): Promise<T> {
  let isHere = false;
  const settled = answer.finally(() => {
    isHere = true;
  });
  settled.catch(() => undefined);
  while (!isHere) {
    test.clock.advance(1_000);
    await pause();
  }
  return settled;
}

/** Asks until the account has been read, while time passes. Also returns the codes of the refusals until then. */
async function recovered<T = MetricsResult>(
  client: SecureClient,
  ask: () => Promise<T> = () => client.getMetrics() as Promise<T>,
): Promise<{ metrics: T; codes: string[] }> {
  const codes: string[] = [];
  for (let tries = 0; ; tries++) {
    try {
      return { metrics: await whileTimePasses(ask()), codes };
    } catch (error) {
      if (!(error instanceof ServiceError) || tries > 2_000) throw error;
      expect(error.code).toMatch(/^exchange_|^history_incomplete$/);
      codes.push(error.code);
      test.clock.advance(5_000);
      await pause();
    }
  }
}

/** Asks until there is a later reading than `before`. */
async function renewed(client: SecureClient, before: MetricsResult): Promise<MetricsResult> {
  for (;;) {
    const metrics = await client.getMetrics();
    if (metrics.asOf > before.asOf) return metrics;
    test.clock.advance(1_000);
    await pause();
  }
}

describe('when a venue has failures', () => {
  let client: SecureClient;
  beforeEach(() => start());
  afterEach(() => test.world.stop());

  it.each<[string, Trouble, string]>([
    ['500', refused(500, -1001), 'exchange_unavailable'],
    ['502', answer(502, '<html>bad gateway</html>', HTML), 'exchange_unavailable'],
    ['503', answer(503, PAGE, HTML), 'exchange_unavailable'],
    ['a maintenance page with 200', answer(200, PAGE, HTML), 'exchange_bad_response'],
    ['an object where everything is listed', answer(200, '{}'), 'exchange_bad_response'],
    ['truncated JSON', () => 'truncate', 'exchange_bad_response'],
    ['a reset in the middle of the body', () => 'break', 'exchange_unavailable'],
    ['an address in a country that is not served', () => 'region', 'exchange_region_refused'],
    ['a firewall before the venue', () => 'firewall', 'exchange_region_refused'],
    ['a redirect', answer(302, '', { location: 'https://api.binance.com/' }), 'exchange_untrusted'],
    ['clock skew', refused(400, -1021), 'exchange_clock'],
  ])('reports %s, and gives exact numbers afterwards', async (_name, what, code) => {
    client = await open(what);
    expect(await refusal(client)).toBe(code);
    trouble = WELL;
    const { metrics } = await recovered(client);
    expect(timeless(metrics)).toEqual(timeless(reference.first));
  });

  it.each<[string, Trouble, string]>([
    [
      'the deposits, with a page that is none',
      only('/hisrec', answer(200, PAGE), 17),
      'exchange_bad_response',
    ],
    ['the deposits, with an object', only('/hisrec', answer(200, '{}'), 17), 'exchange_bad_response'],
    ['the withdrawals, with an object', only('/history', answer(200, '{}')), 'exchange_bad_response'],
    ['the trades, cut', only('/myTrades', () => 'truncate', 2), 'exchange_bad_response'],
    ['the trades, with an object', only('/myTrades', answer(200, '{}'), 2), 'exchange_bad_response'],
    [
      'the prices of one symbol',
      only('/klines', refused(500, -1001), 0, ({ query }) => query.get('symbol') === 'ETHUSDT'),
      'exchange_unavailable',
    ],
    [
      'the prices of one symbol, with a page that is none',
      only('/klines', answer(200, PAGE), 0, ({ query }) => query.get('symbol') === 'SOLUSDT'),
      'exchange_bad_response',
    ],
    [
      'the prices of one symbol, with an object',
      only('/klines', answer(200, '{}'), 0, ({ query }) => query.get('symbol') === 'SOLUSDT'),
      'exchange_bad_response',
    ],
  ])(
    'never presents a part of the account as the whole after a failure midway: %s',
    async (_name, what, code) => {
      client = await open(what);
      expect(await refusal(client)).toBe(code);
      trouble = WELL;
      expect(timeless((await recovered(client)).metrics)).toEqual(timeless(reference.first));
    },
  );

  it.each<[string, Trouble]>([
    ['429', refused(429, -1003, { 'retry-after': '7' })],
    ['418', refused(418, -1003, { 'retry-after': '60' })],
  ])('waits for a limit to pass, and refuses nothing: %s', async (_name, what) => {
    client = await open(what);
    const answer = client.getMetrics();
    for (let tries = 0; requests.length < 2 && tries < 500; tries++) await pause();
    await pause();
    trouble = WELL;
    expect(timeless(await whileTimePasses(answer))).toEqual(timeless(reference.first));
  });

  it.each<[string, (ms: number) => string]>([
    ['in seconds', (ms) => String(ms / 1_000)],
    ['as a date', (ms) => new Date(test.clock.now() + ms).toUTCString()],
  ])('sends no request for as long as Retry-After demands, %s', async (_name, form) => {
    let until = 0;
    client = await open((request) => {
      if (until > 0) return null;
      until = test.clock.now() + 9_000;
      requests = [];
      return refused(429, -1003, { 'retry-after': form(9_000) })(request);
    });
    const { metrics } = await recovered(client);
    expect(timeless(metrics)).toEqual(timeless(reference.first));
    expect(requests.length).toBeGreaterThan(10);
    // The date form has no milliseconds.
    expect(requests.filter(({ time }) => time < until - 1_000)).toEqual([]);
  });

  it('reads a body that arrives slowly', async () => {
    client = await open(only('/myTrades', () => 'drip'));
    const { metrics, codes } = await recovered(client);
    expect(codes).toEqual([]);
    expect(timeless(metrics)).toEqual(timeless(reference.first));
  });

  it('limits its waits: a request that hangs is a coded failure', async () => {
    client = await open(() => {
      // The enclave waits in real time. Its own clock must show that time too.
      test.clock.advance(20_000);
      return 'hang';
    });
    expect(await refusal(client)).toBe('exchange_unavailable');
    trouble = WELL;
    expect(timeless((await recovered(client)).metrics)).toEqual(timeless(reference.first));
  });

  it('refuses a certificate of another authority', async () => {
    client = await open(only('/hisrec', () => 'reset', 3));
    const stranger = await createAuthority('somebody else');
    const server = await issueServerCertificate(stranger, ['api.binance.com', 'kms.us-east-1.amazonaws.com']);
    await test.world.startInternet({ pki: { authority: stranger, server } });
    trouble = WELL;
    const codes = new Set<string>();
    for (let tries = 0; tries < 500 && !codes.has('exchange_untrusted'); tries++) {
      codes.add(await refusal(client));
      test.clock.advance(5_000);
      await pause();
    }
    expect([...codes]).toContain('exchange_untrusted');
    await test.world.startInternet();
    expect(timeless((await recovered(client)).metrics)).toEqual(timeless(reference.first));
  });

  it('takes no list of markets from an error page when an enclave starts during the failures', async () => {
    client = await open(refused(500, -1001));
    await refusal(client);
    trouble = only('/exchangeInfo', answer(200, PAGE));
    await test.world.startEnclave();
    const codes = new Set<string>();
    for (let tries = 0; tries < 500 && !codes.has('exchange_bad_response'); tries++) {
      try {
        codes.add(await refusal(client));
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
      }
      test.clock.advance(5_000);
      await pause();
    }
    expect([...codes]).toContain('exchange_bad_response');
    trouble = WELL;
    const { provenance: _, ...metrics } = timeless((await recovered(client)).metrics) as MetricsResult;
    const { provenance: __, ...expected } = timeless(reference.first) as MetricsResult;
    expect(metrics).toEqual(expected);
  });

  describe('after the account has been read', () => {
    it.each<[string, Trouble, string]>([
      ['at once', refused(500, -1001), 'exchange_unavailable'],
      ['with a refused key', refused(401, -2008), 'exchange_auth'],
      ['with a refused address', refused(401, -2015), 'exchange_key_restricted'],
      ['at the prices', only('/klines', answer(200, PAGE)), 'exchange_bad_response'],
      ['at the trades of the last symbol', only('/myTrades', refused(503, -1001), 3), 'exchange_unavailable'],
    ])('keeps the old numbers when a later reading fails %s, and reports that', async (_name, what, code) => {
      client = await open();
      // Everything has been read.
      await client.getReport();
      const before = await client.getMetrics();
      trouble = what;
      await skipTo(NOON);
      let metrics = before;
      while (metrics.accounts[0]?.failure !== code) {
        metrics = await client.getMetrics();
        await pause();
      }
      const [account] = before.accounts;
      expect({ ...metrics, provenance: null }).toEqual({
        ...before,
        provenance: null,
        accounts: [{ ...account, failure: code }],
      });
      const roots = [state.nsm.rootCertDer];
      const { claims } = verifyReport(await client.getReport(), { roots, pcrs: 'any-image', instant: NOON });
      expect(claims.asOf).toBe(before.asOf);
      expect(claims.coverage[0]?.to).toBeLessThanOrEqual(FIRST_READING + 60_000);
      trouble = WELL;
      expect(timeless(await renewed(client, before))).toEqual(timeless(reference.later));
    });
  });

  it(`returns the exact numbers in the end when each request fails with a chance of 1 in 5 (seed "${RANDOM_SEED}")`, async () => {
    const random = streamOf(RANDOM_SEED, 'faults');
    let failed = 0;
    client = await open(refused(500, -1001));
    // This is after the last trade of the account, so waiting brings no new ones.
    await skipTo(NOON);
    trouble = (request) => {
      if (!random.chance(20)) return null;
      failed += 1;
      return random.pick(FAULTS)(request);
    };
    // A report is given once everything has been read.
    await recovered(client, () => client.getReport());
    const { metrics } = await recovered(client);
    expect(failed).toBeGreaterThan(20);
    expect(timeless(metrics)).toEqual(timeless(reference.later));
  });
});
