/** Attacks between parent and enclave: each message cut, lengthened, with flipped bits, lost, late, or sent twice. */

import { decodeRequest } from '@perf-aggregator/shared/wire/envelope';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import type { Operation } from '@perf-aggregator/shared/wire/operations';
import { CLIENT_QUOTE, CLIENT_REPLY, SESSION, WIRE } from './codes.ts';
import type { Link } from './hop.ts';
import { type Mutant, mutantsOf } from './mutation.ts';
import type { AttackClass, Case } from './outcome.ts';
import { DAYS, PERIOD, putBack, REPORT, type Recorded, recordExchange, TRADES, TTL_S } from './recorded.ts';
import type { Rig } from './rig.ts';
import { type Road, type RoadName, roadsOf } from './roads.ts';

const ROADS = [
  'quote',
  'submit',
  'metrics',
  'summary',
  'returns',
  'trades',
  'report',
  'renew',
  'sync',
] as const;
type WireRoad = (typeof ROADS)[number];

const QUERY = ['query_unreadable', 'query_refused', 'parameters_malformed'];
const REQUESTS: Readonly<Record<WireRoad, readonly string[]>> = {
  quote: [...WIRE, 'nonce_out_of_range', 'nonce_mismatch'],
  submit: [
    ...WIRE,
    'request_malformed',
    'submission_unreadable',
    'unknown_handshake_key',
    'ttl_out_of_range',
  ],
  metrics: [...WIRE, ...SESSION, ...QUERY],
  summary: [...WIRE, ...SESSION, ...QUERY],
  returns: [...WIRE, ...SESSION, ...QUERY],
  trades: [...WIRE, ...SESSION, ...QUERY],
  report: [...WIRE, ...SESSION, ...QUERY],
  renew: [...WIRE, ...SESSION, 'query_unreadable'],
  sync: [...WIRE, ...SESSION],
};
/** Refusals that are allowed when the same request is sent twice. */
const TWICE: Readonly<Partial<Record<WireRoad, readonly string[]>>> = {
  submit: ['replayed_submission'],
  renew: ['state_conflict'],
  sync: ['state_conflict'],
};
const REPLIES: Readonly<Record<WireRoad, readonly string[]>> = {
  quote: [...WIRE, ...CLIENT_QUOTE],
  submit: [...WIRE, ...CLIENT_REPLY, ...SESSION, 'state_conflict'],
  metrics: [...WIRE, ...CLIENT_REPLY],
  summary: [...WIRE, ...CLIENT_REPLY],
  returns: [...WIRE, ...CLIENT_REPLY],
  trades: [...WIRE, ...CLIENT_REPLY],
  report: [...WIRE, ...CLIENT_REPLY],
  renew: [...WIRE, ...CLIENT_REPLY, ...SESSION, 'state_conflict'],
  sync: [...WIRE, ...SESSION, 'state_conflict'],
};

/** The attack classes of this part. */
export function wireAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  const roads = roadsOf(rig, recorded);
  return ROADS.flatMap((road) => [
    {
      name: `${road}: request to the enclave altered`,
      refusedWith: REQUESTS[road],
      cases: async () => {
        const { request } = await exchangeOf(rig, recorded, road);
        return mutantsOf(`${road} request`, request, { flips: 40 }).map((mutant) => ({
          name: mutant.name,
          run: () =>
            roads[road]({
              link: once(rig, road, (message) => rig.ask(rig.enclave, alter(message, request, mutant))),
            }),
        }));
      },
    },
    {
      name: `${road}: reply of the enclave altered`,
      refusedWith: REPLIES[road],
      cases: async () => {
        const { reply } = await exchangeOf(rig, recorded, road);
        return mutantsOf(`${road} reply`, reply, { flips: 40 }).map((mutant) => ({
          name: mutant.name,
          run: () =>
            roads[road]({
              link: once(rig, road, async (message) =>
                alter(await rig.ask(rig.enclave, message), reply, mutant),
              ),
            }),
        }));
      },
    },
    {
      name: `${road}: lost, late, repeated`,
      refusedWith: TWICE[road] ?? [],
      cases: () => deliveries(rig, road, roads[road]),
    },
  ]);
}

/** Makes the same change in another message of the same kind. Its keys and nonces differ, its positions do not. */
function alter(message: Uint8Array, recorded: Uint8Array, { bytes }: Mutant): Uint8Array {
  if (bytes.length < recorded.length) return message.slice(0, bytes.length);
  if (bytes.length > recorded.length) {
    if (bytes.length === 2 * recorded.length) return Buffer.concat([message, message]);
    const before = bytes[0] !== recorded[0];
    return before
      ? Buffer.concat([bytes.slice(0, 1), message])
      : Buffer.concat([message, bytes.slice(recorded.length)]);
  }
  const altered = message.slice();
  for (const [at, byte] of bytes.entries()) altered[at]! ^= byte ^ recorded[at]!;
  return altered;
}

/** Tampers with the first message of one operation. The relay may send a second one with the missing state. */
export function once(rig: Rig, operation: Operation, tamper: Link): Link {
  let isDone = false;
  return (message) => {
    if (isDone || decodeRequest(message).operation !== operation) return rig.ask(rig.enclave, message);
    isDone = true;
    return tamper(message);
  };
}

function deliveries(rig: Rig, operation: WireRoad, road: Road): Case[] {
  const ask: Link = (message) => rig.ask(rig.enclave, message);
  const late = () => Promise.reject(new TransportError('deadline_exceeded', 'no reply in time'));
  const lost = () => Promise.reject(new TransportError('channel_closed', 'the connection closed'));
  const links: Readonly<Record<string, Link>> = {
    'request lost': lost,
    'request late': late,
    'reply lost': (message) => ask(message).then(lost),
    'reply late': (message) => ask(message).then(late),
    'request sent twice, second reply given': (message) => ask(message).then(() => ask(message)),
    'request sent twice at once, first reply given': async (message) =>
      (await Promise.all([ask(message), ask(message)]))[0],
    'request sent twice at once, second reply given': async (message) =>
      (await Promise.all([ask(message), ask(message)]))[1],
    'request sent to a second enclave too': async (message) => {
      const reply = await ask(message);
      await rig.ask(rig.twin, message);
      return reply;
    },
  };
  return Object.entries(links).map(([name, link]) => ({
    name,
    run: () => road({ link: once(rig, operation, link) }),
  }));
}

let recordings = 0;

/** One honest exchange of the operation `road`. */
export async function exchangeOf(
  rig: Rig,
  recorded: Recorded,
  road: RoadName,
  walk = `wire ${recordings++}`,
) {
  const { one, young } = recorded;
  const exchange = await recordExchange(rig, async (hop) => {
    const owner = () => rig.resume(one.newest, hop);
    switch (road) {
      case 'quote':
        return rig.client(walk, {}, hop).quote();
      case 'submit':
        return rig.client(walk, { ttl: TTL_S }, hop).register();
      case 'metrics':
        return owner().getMetrics(PERIOD);
      case 'summary':
        return owner().getSummary(PERIOD);
      case 'returns':
        return owner().getReturns(DAYS);
      case 'trades':
        return owner().getTrades(TRADES);
      case 'report':
        return owner().getReport(REPORT);
      case 'renew':
        return owner().renew(TTL_S);
      case 'sync':
        return rig.relay.ask('sync', one.id, new Uint8Array());
      case 'sync_pending':
        return rig
          .resume(young.newest, hop)
          .getSummary({}, { timeoutMs: 0 })
          .catch(() => undefined);
      case 'query_refused':
        return owner()
          .getReport({ from: '2031-01-01' })
          .catch(() => undefined);
      case 'submission_refused':
        return rig
          .client(walk, { userId: '' }, hop)
          .register()
          .catch(() => undefined);
    }
  });
  await putBack(rig, recorded);
  return exchange;
}
