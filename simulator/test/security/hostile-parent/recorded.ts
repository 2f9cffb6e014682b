/** Genuine messages, recorded once in honest runs. An attacker in the middle can use them. */
import type { ExportedSession, SecureClient } from '@perf-aggregator/client';
import { verifyReport } from '@perf-aggregator/client';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { StoredState } from '@perf-aggregator/shared/wire/envelope';
import type { HttpAnswer, Link } from './hop.ts';
import { plainState } from './memory-store.ts';
import type { Rig } from './rig.ts';

const DAY_MS = 86_400_000;
/** The longest time to live of a session, s. */
export const TTL_S = 604_800;
/** The period in the questions of this suite. */
export const PERIOD = { from: '2026-10-20', to: '2026-11-10' };
/** The question for days and round trips: the first pages. */
export const DAYS = { ...PERIOD, limit: 10, window: 7 };
export const TRADES = { ...PERIOD, limit: 5 };
/** The question for a report. */
export const REPORT = { ...PERIOD, aud: 'allocator', nonce: 'challenge-1' };

/** The reading operations as a client asks for them. For a report: the claims that a verifier believes. */
export const READS = {
  metrics: (_: Rig, client: SecureClient) => client.getMetrics(PERIOD),
  summary: (_: Rig, client: SecureClient) => client.getSummary(PERIOD),
  returns: (_: Rig, client: SecureClient) => client.getReturns(DAYS),
  trades: (_: Rig, client: SecureClient) => client.getTrades(TRADES),
  report: async (rig: Rig, client: SecureClient) => verifyClaims(rig, await client.getReport(REPORT)),
} as const;
export type Read = keyof typeof READS;
export const READ_NAMES = Object.keys(READS) as Read[];

/** Claims of a report that verifies, without the time of issue, which differs for each report. */
export function verifyClaims(rig: Rig, bundle: unknown) {
  const roots = [rig.state.nsm.rootCertDer];
  const { measurements } = rig.service('', rig.hop).expect;
  const policy = {
    roots,
    pcrs: measurements,
    instant: rig.clock.now(),
    audience: REPORT.aud,
    nonce: REPORT.nonce,
  };
  const { iat: _, exp: __, ...claims } = verifyReport(bundle, policy).claims;
  return claims;
}

/** One session, every stored state of it, and the memory of its owner at each of these times. */
export interface RecordedSession {
  readonly id: string;
  /** In order. From the third on they contain a ledger. */
  readonly steps: readonly { readonly state: StoredState; readonly client: ExportedSession }[];
  readonly newest: ExportedSession;
  readonly current: StoredState;
}

/** An exchange between relay and enclave, and the HTTP answer that followed from it. */
export interface RecordedExchange {
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
  readonly answer: HttpAnswer;
  /** All HTTP answers, in order. */
  readonly answers: readonly HttpAnswer[];
}

/** Two sessions of two accounts that were fully read, and one session whose account was not read yet. */
export interface Recorded {
  readonly one: RecordedSession;
  readonly other: RecordedSession;
  readonly young: RecordedSession;
  /** Genuine answers to {@link READS} of session `one`. */
  readonly truth: { readonly [R in Read]: Awaited<ReturnType<(typeof READS)[R]>> };
  /** The values that a client takes from a genuine quote. */
  readonly trust: ReturnType<typeof toTrust>;
}

/** All of it. Four synchronisations, a day apart: each but the first closes a batch, which becomes a chunk. */
export async function record(rig: Rig): Promise<Recorded> {
  const second = { apiKey: `second${'0'.repeat(58)}`, label: 'second' };
  const [one, other] = [await register(rig, 'one'), await register(rig, 'other', second)];
  for (let day = 0; day < 2; day++) {
    for (const { client } of [one, other]) await rig.sync(client.export().sessionId);
    rig.clock.advance(DAY_MS);
  }
  for (const { client, note } of [one, other]) {
    await rig.sync(client.export().sessionId);
    await note();
    await client.renew(TTL_S);
    await note();
  }
  rig.clock.advance(DAY_MS);
  for (const { client, note } of [one, other]) {
    await rig.sync(client.export().sessionId);
    await note();
  }
  const young = await register(rig, 'young');
  const owner = () => rig.resume(one.client.export());
  return {
    one: finish(one),
    other: finish(other),
    young: finish(young),
    truth: {
      metrics: await READS.metrics(rig, owner()),
      summary: await READS.summary(rig, owner()),
      returns: await READS.returns(rig, owner()),
      trades: await READS.trades(rig, owner()),
      report: await READS.report(rig, owner()),
    },
    trust: toTrust(await rig.client('trust').quote()),
  };
}

/** The values that a client takes from a quote. */
export function toTrust(quote: Awaited<ReturnType<SecureClient['quote']>>) {
  const { handshakePub, reportKey, configSha256, kmsPolicy } = quote;
  return { handshakePub: encodeHex(handshakePub), reportKey: encodeHex(reportKey), configSha256, kmsPolicy };
}

/** Restores the recorded state: in the store, and in the enclave with the session open. */
export async function putBack(rig: Rig, { one }: Recorded): Promise<void> {
  rig.store.replace(one.id, one.current);
  await rig.forget(rig.enclave, one.id);
  await rig.resume(one.newest).getSummary(PERIOD);
}

/** Metrics without the times of reading. A later reading must give the same values. */
export function timeless(metrics: Awaited<ReturnType<SecureClient['getMetrics']>>) {
  const { asOf: _, accounts, ...rest } = metrics;
  return {
    ...rest,
    accounts: accounts.map((account) => ({ ...account, coverage: { ...account.coverage, to: 0 } })),
  };
}

type Recording = Awaited<ReturnType<typeof register>>;

async function register(rig: Rig, name: string, overrides = {}) {
  const client = rig.client(name, { ttl: TTL_S, ...overrides });
  const { sessionId } = await client.register();
  const steps: { state: StoredState; client: ExportedSession }[] = [];
  const note = async () => {
    // Whether the account was read or not, the client has now seen the newest state.
    await client.getSummary({}, { timeoutMs: 0 }).catch(() => undefined);
    steps.push({ state: plainState(rig.store.sessions.get(sessionId)!), client: client.export() });
  };
  await note();
  return { client, steps, note };
}

function finish({ client, steps }: Recording): RecordedSession {
  const newest = client.export();
  return { id: newest.sessionId, steps, newest, current: steps.at(-1)!.state };
}

/** The last exchange between relay and enclave during `work`. */
export async function recordExchange(
  rig: Rig,
  work: (hop: Rig['hop']) => Promise<unknown>,
): Promise<RecordedExchange> {
  const honest = rig.link;
  const seen: { request?: Uint8Array; reply?: Uint8Array } = {};
  const answers: HttpAnswer[] = [];
  const link: Link = async (message) => {
    const reply = await honest(message);
    Object.assign(seen, { request: message, reply });
    return reply;
  };
  const hop: Rig['hop'] = async (request) => {
    const answer = await rig.hop(request);
    answers.push({ ...answer, body: withoutRequestId(answer.body) });
    return answer;
  };
  await rig.withLink(link, () => work(hop));
  return { request: seen.request!, reply: seen.reply!, answer: answers.at(-1)!, answers };
}

/** Replaces the request id, the only random value in an answer that does not follow from a seed. */
function withoutRequestId(body: string): string {
  return body.replace(/"request_id":"[^"]*"/, '"request_id":"00000000-0000-4000-8000-000000000000"');
}
