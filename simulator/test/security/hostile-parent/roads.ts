/** The roads: complete uses of the system by a client. Each result is compared with the truth. */
import type { SecureClient } from '@perf-aggregator/client';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { Hop, Link } from './hop.ts';
import { judge, judgeRefusal, type Outcome } from './outcome.ts';
import { PERIOD, putBack, READ_NAMES, READS, type Recorded, TTL_S, timeless, toTrust } from './recorded.ts';
import type { Rig } from './rig.ts';

/** How a road is tampered with. Without hooks it is honest. */
export interface Tampering {
  readonly link?: Link;
  readonly hop?: Hop;
  /** Selects the randomness of a client that registers. Two walks with the same name send the same bytes. */
  readonly walk?: string;
}
/** One road. */
export type Road = (tampering: Tampering) => Promise<Outcome>;

/** Names of the roads: the operation that is reached, or for refusals the public code. */
export type RoadName =
  | 'quote'
  | 'submit'
  | 'metrics'
  | 'summary'
  | 'returns'
  | 'trades'
  | 'report'
  | 'renew'
  | 'sync'
  | 'sync_pending'
  | 'query_refused'
  | 'submission_refused';

const NOTHING = new Uint8Array();

/** All roads of a recorded world. Each walk restores the store and the enclave. */
export function roadsOf(rig: Rig, recorded: Recorded): Readonly<Record<RoadName, Road>> {
  const { one, truth } = recorded;
  const under = async <T>({ link }: Tampering, work: () => Promise<T>): Promise<T> =>
    rig.withLink(link ?? rig.link, work);
  const owner = ({ hop }: Tampering): SecureClient => rig.resume(one.newest, hop);
  const reads = Object.fromEntries(
    READ_NAMES.map((read) => [
      read,
      (tampering: Tampering) =>
        judge(() => under<unknown>(tampering, () => READS[read](rig, owner(tampering))), truth[read]),
    ]),
  ) as Record<(typeof READ_NAMES)[number], Road>;
  const restored = async (work: () => Promise<Outcome>): Promise<Outcome> => {
    try {
      return await work();
    } finally {
      await putBack(rig, recorded);
    }
  };
  /** The metrics that the owner reads after the enclave had to open the stored state again. */
  const readBack = async (client: SecureClient) => {
    await rig.forget(rig.enclave, one.id);
    return timeless(await client.getMetrics(PERIOD));
  };
  const timelessTruth = timeless(truth.metrics);
  let walks = 0;
  return {
    ...reads,
    quote: (tampering) =>
      judge(async () => {
        const client = rig.client(tampering.walk ?? 'quote', {}, tampering.hop);
        return toTrust(await under(tampering, () => client.quote()));
      }, recorded.trust),
    submit: (tampering) => {
      const client = rig.client(tampering.walk ?? `walk ${walks++}`, { ttl: TTL_S }, tampering.hop);
      return judge(
        async () => {
          const { quote, sessionId, expiresAt } = await under(tampering, () => client.register());
          await rig.forget(rig.enclave, sessionId);
          const progress = await firstProgress(client);
          return { ...toTrust(quote), lives: Math.round((expiresAt - rig.clock.now()) / 1_000), progress };
        },
        { ...recorded.trust, lives: TTL_S, progress: 0 },
      );
    },
    renew: (tampering) =>
      restored(() => {
        const client = owner(tampering);
        return judge(
          async () => {
            const expiresAt = await under(tampering, () => client.renew(TTL_S));
            const lives = Math.round((expiresAt - rig.clock.now()) / 1_000);
            return { lives, metrics: await readBack(rig.resume(client.export())) };
          },
          { lives: TTL_S, metrics: timelessTruth },
        );
      }),
    sync: (tampering) =>
      restored(() =>
        judge(async () => {
          await under(tampering, () => rig.relay.ask('sync', one.id, NOTHING));
          return readBack(owner({}));
        }, timelessTruth),
      ),
    sync_pending: (tampering) =>
      judge(() => under(tampering, () => firstProgress(rig.resume(recorded.young.newest, tampering.hop))), 0),
    query_refused: (tampering) =>
      judgeRefusal(
        () => under(tampering, () => owner(tampering).getReport({ from: '2031-01-01' })),
        'period_empty',
      ),
    submission_refused: (tampering) => {
      const client = rig.client(tampering.walk ?? `walk ${walks++}`, { userId: '' }, tampering.hop);
      return judgeRefusal(() => under(tampering, () => client.register()), 'payload_malformed');
    },
  };
}

/** The progress that a client gets while its account is read for the first time. */
async function firstProgress(client: SecureClient): Promise<number> {
  const seen: number[] = [];
  const onProgress = ({ progress }: { readonly progress: number }) => seen.push(progress);
  try {
    await client.getSummary({}, { timeoutMs: 0, onProgress });
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'sync_timeout' || seen.length === 0) throw error;
  }
  return seen[0] ?? 1;
}
