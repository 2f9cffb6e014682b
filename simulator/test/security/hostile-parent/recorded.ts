/** Genuine material, recorded once from honest runs: what a man in the middle has at hand to work with. */
import type { ExportedSession, SecureClient } from '@perf-aggregator/client';
import { verifyReport } from '@perf-aggregator/client';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { StoredState } from '@perf-aggregator/shared/wire/envelope';
import type { HttpAnswer, Link } from './hop.ts';
import { plainState } from './memory-store.ts';
import type { Rig } from './rig.ts';

const DAY_MS = 86_400_000;
/** The longest that a session may live, s. */
export const TTL_S = 604_800;
/** The period that the sessions of the suite ask about. */
export const PERIOD = { from: '2026-10-20', to: '2026-11-10' };
/** Days and round trips that are asked for: the first pages. */
export const DAYS = { ...PERIOD, limit: 10, window: 7 };
export const TRADES = { ...PERIOD, limit: 5 };
/** What a report is asked for. */
export const REPORT = { ...PERIOD, aud: 'allocator', nonce: 'challenge-1' };

/** Operations that read, each as a client asks for it; of a report, what a verifier believes after it. */
export const READS = {
  metrics: (_: Rig, client: SecureClient) => client.getMetrics(PERIOD),
  summary: (_: Rig, client: SecureClient) => client.getSummary(PERIOD),
  returns: (_: Rig, client: SecureClient) => client.getReturns(DAYS),
  trades: (_: Rig, client: SecureClient) => client.getTrades(TRADES),
  report: async (rig: Rig, client: SecureClient) => verifyClaims(rig, await client.getReport(REPORT)),
} as const;
export type Read = keyof typeof READS;
export const READ_NAMES = Object.keys(READS) as Read[];

/** Claims of a report that verifies, but for the time of issue, which no two reports share. */
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

/** One session, every state that was stored of it, and its owner's memory at the time of each. */
export interface RecordedSession {
  readonly id: string;
  /** In order; the third and later hold a ledger. */
  readonly steps: readonly { readonly state: StoredState; readonly client: ExportedSession }[];
  readonly newest: ExportedSession;
  readonly current: StoredState;
}

/** An exchange between relay and enclave, and the answer over HTTP that came of it. */
export interface RecordedExchange {
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
  readonly answer: HttpAnswer;
  /** All answers over HTTP, in order. */
  readonly answers: readonly HttpAnswer[];
}

/** Two sessions of two accounts that were read to their ends, and one that was not read yet. */
export interface Recorded {
  readonly one: RecordedSession;
  readonly other: RecordedSession;
  readonly young: RecordedSession;
  /** Genuine answers to {@link READS} of session `one`. */
  readonly truth: { readonly [R in Read]: Awaited<ReturnType<(typeof READS)[R]>> };
  /** What a client takes from a genuine quote. */
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

/** What a client takes from a quote. */
export function toTrust(quote: Awaited<ReturnType<SecureClient['quote']>>) {
  const { handshakePub, reportKey, configSha256, kmsPolicy } = quote;
  return { handshakePub: encodeHex(handshakePub), reportKey: encodeHex(reportKey), configSha256, kmsPolicy };
}

/** Puts things back: the store as recorded, and the enclave with the session open as it is there. */
export async function putBack(rig: Rig, { one }: Recorded): Promise<void> {
  rig.store.replace(one.id, one.current);
  await rig.forget(rig.enclave, one.id);
  await rig.resume(one.newest).getSummary(PERIOD);
}

/** Metrics without the instants at which they were read: what another reading a moment later must say too. */
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
    // Not read yet, or read: either way the client has then seen the newest state.
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

/** The last exchange that `work` causes between relay and enclave. */
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

/** The one random thing in an answer that no seed decides. */
function withoutRequestId(body: string): string {
  return body.replace(/"request_id":"[^"]*"/, '"request_id":"00000000-0000-4000-8000-000000000000"');
}
