/** Attacks between client and parent: each answer and request cut, with changed bits or members, lost, or swapped. */
import { fromUtf8, utf8 } from '@perf-aggregator/shared/bytes';
import { PUBLIC_CODES } from '@perf-aggregator/shared/wire/failure';
import { ATTESTATION, CLIENT_QUOTE, CLIENT_REPLY } from './codes.ts';
import type { Hop, HttpAnswer } from './hop.ts';
import { mutantsOf } from './mutation.ts';
import { exchangeOf } from './on-the-wire.ts';
import type { AttackClass, Case } from './outcome.ts';
import type { Recorded } from './recorded.ts';
import type { Rig } from './rig.ts';
import { type RoadName, roadsOf } from './roads.ts';

const ANSWERS = [
  'quote',
  'submit',
  'metrics',
  'summary',
  'returns',
  'trades',
  'report',
  'renew',
  'sync_pending',
  'query_refused',
  'submission_refused',
] as const satisfies readonly RoadName[];
type AnswerRoad = (typeof ANSWERS)[number];
const REFUSALS: ReadonlySet<string> = new Set(['sync_pending', 'query_refused', 'submission_refused']);

/** A recorded walk: its client, and the answers. */
interface Walk {
  readonly name: string;
  readonly answers: readonly HttpAnswer[];
}

/** The attack classes of this part. */
export function httpAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  const roads = roadsOf(rig, recorded);
  const walks = new Map<AnswerRoad, Walk>();
  const walkOf = async (road: AnswerRoad): Promise<Walk> => {
    const name = `recorded ${road}`;
    const walk = walks.get(road) ?? { name, answers: (await exchangeOf(rig, recorded, road, name)).answers };
    walks.set(road, walk);
    return walk;
  };
  const attempt = (road: AnswerRoad, walk: Walk, answer: HttpAnswer | null) =>
    roads[road]({ walk: walk.name, hop: replay(rig, [...walk.answers.slice(0, -1), answer]) });

  return [
    ...ANSWERS.map((road) => ({
      name: `${road}: answer over HTTP altered`,
      refusedWith: refusalsOf(road),
      cases: async () => {
        const walk = await walkOf(road);
        const answer = walk.answers.at(-1)!;
        return mutantsOf(`${road} answer`, utf8(answer.body), { flips: 40 }).map(({ name, bytes }) => ({
          name,
          run: () => attempt(road, walk, { ...answer, body: Buffer.from(bytes).toString('utf8') }),
        }));
      },
    })),
    ...ANSWERS.map((road) => ({
      name: `${road}: answer over HTTP, members and swaps`,
      refusedWith: [...refusalsOf(road), ...PUBLIC_CODES],
      cases: async () => {
        const walk = await walkOf(road);
        const others = await Promise.all(
          ANSWERS.filter((other) => other !== road).map(async (other) => ({
            name: other,
            answer: (await walkOf(other)).answers.at(-1)!,
          })),
        );
        return [
          ...memberCases(walk.answers.at(-1)!),
          ...others.map(({ name, answer }) => ({ name: `answer of ${name} instead`, answer })),
          { name: 'no answer', answer: null },
          { name: 'a redirect', answer: { status: 302, body: '' } },
          { name: 'a page', answer: { status: 200, body: '<html></html>' } },
          { name: 'an empty answer', answer: { status: 200, body: '' } },
          { name: 'the answer as a failure', answer: { ...walk.answers.at(-1)!, status: 500 } },
          { name: 'the answer as a success', answer: { ...walk.answers.at(-1)!, status: 200 } },
        ].map(({ name, answer }): Case => ({ name, run: () => attempt(road, walk, answer) }));
      },
    })),
  ];
}

function refusalsOf(road: AnswerRoad): readonly string[] {
  if (road === 'quote') return CLIENT_QUOTE;
  if (road === 'submit') return [...CLIENT_REPLY, ...ATTESTATION, 'quote_malformed'];
  return REFUSALS.has(road) ? [...CLIENT_REPLY, road] : CLIENT_REPLY;
}

/** Replays recorded answers in order. null breaks the connection. */
function replay(rig: Rig, answers: readonly (HttpAnswer | null)[]): Hop {
  let at = 0;
  return (request) => {
    const answer = answers[at++];
    // After the recorded answers the parent is honest.
    if (answer === undefined) return rig.hop(request);
    return answer === null ? Promise.reject(new Error('the connection broke')) : Promise.resolve(answer);
  };
}

const VALUES: Readonly<Record<string, unknown>> = {
  null: null,
  'a number': 7,
  'a large number': 1e15,
  'empty text': '',
  base64: 'AAAAAAAAAAAAAAAAAAAAAA==',
  'an object': {},
  'a list': [],
};

/** Every member of the answer, at any depth: removed, or with another value. */
function memberCases(answer: HttpAnswer): { name: string; answer: HttpAnswer }[] {
  const paths = pathsOf(JSON.parse(answer.body));
  return paths.flatMap((path) => {
    const without = { name: `${path.join('.')} left out`, answer: rewrite(answer, path, undefined) };
    const others = Object.entries(VALUES).map(([name, value]) => ({
      name: `${path.join('.')} is ${name}`,
      answer: rewrite(answer, path, value),
    }));
    return [without, ...others];
  });
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    [key],
    ...pathsOf(member).map((path) => [key, ...path]),
  ]);
}

function rewrite(answer: HttpAnswer, path: readonly string[], value: unknown): HttpAnswer {
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  let holder = body;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  holder[path.at(-1)!] = value;
  return { ...answer, body: JSON.stringify(body) };
}

const ASKED = ['submit', 'metrics', 'summary', 'returns', 'trades', 'report', 'renew'] as const;

/** Requests of the client, altered before they reach the parent. */
export function requestAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  const roads = roadsOf(rig, recorded);
  const query = ['query_unreadable', 'response_mismatch', 'request_too_large', 'request_malformed'];
  return ASKED.map((road) => ({
    name: `${road}: request over HTTP altered`,
    refusedWith:
      road === 'submit'
        ? ['request_malformed', 'submission_unreadable', 'unknown_handshake_key', 'ttl_out_of_range']
        : query,
    cases: async () => {
      const sealed = await sealedOf(rig, recorded, road);
      return mutantsOf(`${road} asked`, utf8(sealed), { flips: 40 }).map(({ name, bytes }) => ({
        name,
        run: () =>
          roads[road]({
            walk: `recorded question ${road}`,
            hop: (request) => {
              const text = safeText(bytes);
              if (request.body !== null) return rig.hop({ ...request, body: text });
              if (!request.path.includes('?q=')) return rig.hop(request);
              const path = request.path.replace(/\?q=.*/, `?q=${encodeURIComponent(text)}`);
              return rig.hop({ ...request, path });
            },
          }),
      }));
    },
  }));
}

/** The sealed part of a client's request: the body, or `q`. */
async function sealedOf(rig: Rig, recorded: Recorded, road: (typeof ASKED)[number]): Promise<string> {
  let sealed = '';
  await roadsOf(rig, recorded)[road]({
    walk: `recorded question ${road}`,
    hop: (request) => {
      sealed = request.body ?? request.path.split('?q=')[1] ?? sealed;
      // The enclave does not get this submission. It would refuse the altered copies as replays.
      return road === 'submit' && request.body !== null
        ? Promise.reject(new Error('the connection broke'))
        : rig.hop(request);
    },
  });
  return sealed;
}

function safeText(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}
