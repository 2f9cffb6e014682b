/** Attacks on the connection: frames of both directions, cut, with flipped bits, fragmented, out of order. */
import net from 'node:net';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { ChannelClient } from '@perf-aggregator/shared/transport/channel-client';
import { serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { encodeFrame, type Frame, FrameReader, REFUSALS } from '@perf-aggregator/shared/wire/frame';
import { CLIENT_REPLY, SESSION, WIRE } from './codes.ts';
import type { Link } from './hop.ts';
import { mutantsOf } from './mutation.ts';
import { exchangeOf, once } from './on-the-wire.ts';
import type { AttackClass, Case } from './outcome.ts';
import type { Recorded } from './recorded.ts';
import type { Rig } from './rig.ts';
import { roadsOf } from './roads.ts';

const ID = 7;
/** So long that no single flipped bit makes it short. */
const DEADLINE_MS = 60_000;
const FLIPS = 72;

const requestOf = (bytes: Uint8Array, more = false, id = ID): Frame => ({
  kind: 'request',
  id,
  more,
  deadlineMs: DEADLINE_MS,
  bytes,
});
const responseOf = (bytes: Uint8Array, more = false, id = ID): Frame => ({
  kind: 'response',
  id,
  more,
  bytes,
});
const stream = (...frames: Frame[]) => concatBytes(...frames.map(encodeFrame));

/** The attack classes of this part. */
export function frameAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  const { metrics } = roadsOf(rig, recorded);
  const over = (link: Link) => metrics({ link: once(rig, 'metrics', link) });
  const refusedWith = [
    ...WIRE,
    ...SESSION,
    ...CLIENT_REPLY,
    'query_unreadable',
    'overloaded',
    'request_too_large',
  ];
  return [
    {
      name: 'frames to the enclave',
      refusedWith,
      cases: async () => {
        const { request } = await exchangeOf(rig, recorded, 'metrics');
        const honest = encodeFrame(requestOf(request));
        return [
          ...mutantsOf('request frame', honest, { flips: FLIPS }).map(({ name, bytes }) => ({ name, bytes })),
          ...requestStreams(request),
        ].map(({ name, bytes }): Case => ({ name, run: () => over(() => sendRaw(rig, bytes)) }));
      },
    },
    {
      name: 'frames from the enclave',
      refusedWith,
      cases: async () => {
        const { reply } = await exchangeOf(rig, recorded, 'metrics');
        const foreign = (await exchangeOf(rig, recorded, 'summary')).reply;
        // The first id on a fresh connection is 1.
        const honest = encodeFrame(responseOf(reply, false, 1));
        return [
          ...mutantsOf('response frame', honest, { flips: FLIPS }).map(({ name, bytes }) => ({
            name,
            bytes,
          })),
          ...responseStreams(reply, foreign),
        ].map(
          ({ name, bytes }): Case => ({ name, run: () => over((message) => answerRaw(rig, message, bytes)) }),
        );
      },
    },
  ];
}

function requestStreams(message: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const [a, b] = [message.slice(0, 40), message.slice(40)];
  const streams: Readonly<Record<string, Uint8Array>> = {
    'as it is': stream(requestOf(message)),
    'in two fragments': stream(requestOf(a, true), requestOf(b)),
    'first fragment twice': stream(requestOf(a, true), requestOf(a, true), requestOf(b)),
    'fragments in the wrong order': stream(requestOf(b, true), requestOf(a)),
    'last fragment missing': stream(requestOf(a, true)),
    'first fragment missing': stream(requestOf(b)),
    'fragments under two ids': stream(requestOf(a, true), requestOf(b, false, ID + 1)),
    'an empty fragment in between': stream(
      requestOf(a, true),
      requestOf(new Uint8Array(), true),
      requestOf(b),
    ),
    'cancelled in the middle': stream(requestOf(a, true), { kind: 'cancel', id: ID }, requestOf(b)),
    'cancelled before it begins': stream({ kind: 'cancel', id: ID }, requestOf(message)),
    'an id above 32 bits': Uint8Array.of(0, 0, 0, 12, 0x85, 0, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0, 0xf4),
    'the id zero': Uint8Array.of(0, 0, 0, 5, 0x85, 0, 0, 0xf4, 0),
    'a response first': stream(responseOf(message), requestOf(message)),
    'a refusal first': stream({ kind: 'refusal', id: ID, code: 'failed' }, requestOf(message)),
    'a length of zero first': concatBytes(new Uint8Array(4), encodeFrame(requestOf(message))),
    'a huge length first': concatBytes(new Uint8Array(4).fill(0xff), encodeFrame(requestOf(message))),
    nothing: new Uint8Array(),
  };
  return Object.entries(streams).map(([name, bytes]) => ({ name, bytes }));
}

function responseStreams(reply: Uint8Array, foreign: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const [a, b] = [reply.slice(0, 400), reply.slice(400)];
  const own = (bytes: Uint8Array, more = false) => responseOf(bytes, more, 1);
  const refusals = REFUSALS.map(
    (code) => [`refused: ${code}`, stream({ kind: 'refusal', id: 1, code })] as const,
  );
  const streams: Readonly<Record<string, Uint8Array>> = {
    'as it is': stream(own(reply)),
    'in two fragments': stream(own(a, true), own(b)),
    'fragments in the wrong order': stream(own(b, true), own(a)),
    'first fragment twice': stream(own(a, true), own(a, true), own(b)),
    'last fragment missing': stream(own(a, true)),
    'a reply of another operation': stream(own(foreign)),
    'a reply of another operation, then its own': stream(own(foreign), own(reply)),
    'its own, then a reply of another operation': stream(own(reply), own(foreign)),
    'under an unknown id, then its own': stream(responseOf(foreign, false, 2), own(reply)),
    'under an unknown id': stream(responseOf(reply, false, 2)),
    'fragments of two replies mixed': stream(own(foreign.slice(0, 400), true), own(b)),
    'an empty fragment in between': stream(own(a, true), own(new Uint8Array(), true), own(b)),
    'a request first': stream(requestOf(reply, false, 1), own(reply)),
    'a cancel first': stream({ kind: 'cancel', id: 1 }, own(reply)),
    'refused, then its own': stream({ kind: 'refusal', id: 1, code: 'failed' }, own(reply)),
    ...Object.fromEntries(refusals),
    nothing: new Uint8Array(),
  };
  return Object.entries(streams).map(([name, bytes]) => ({ name, bytes }));
}

let sockets = 0;

/** Opens a connection and serves one end with `served`. Both ends are closed after `use`. */
async function connected<T>(
  rig: Rig,
  served: (socket: net.Socket) => void,
  use: (socket: net.Socket) => Promise<T>,
): Promise<T> {
  const path = `${rig.folder}/frames-${sockets++}`;
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    served(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const socket = net.connect({ path, allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  try {
    return await use(socket);
  } finally {
    socket.destroy();
    server.close();
  }
}

/** Sends bytes to the enclave's end of a connection, half-closes it, and returns the reply under the id. */
function sendRaw(rig: Rig, bytes: Uint8Array): Promise<Uint8Array> {
  const serve = (socket: net.Socket) =>
    serveChannel(socket, { handler: (message) => rig.ask(rig.enclave, message) });
  return connected(rig, serve, async (socket) => {
    const reader = new FrameReader();
    const parts: Uint8Array[] = [];
    let code: string | null = null;
    socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) {
        if (frame.kind === 'response' && frame.id === ID) parts.push(frame.bytes);
        if (frame.kind === 'refusal') ({ code } = frame);
      }
    });
    socket.end(bytes);
    await new Promise((resolve) => socket.once('close', resolve).once('end', resolve));
    if (parts.length > 0) return concatBytes(...parts);
    throw new TransportError('channel_closed', `no reply (${code ?? 'closed'})`);
  });
}

/** A real client of the channel gets bytes that the attacker chose. */
function answerRaw(rig: Rig, message: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
  const answer = (socket: net.Socket) => {
    socket.once('data', () => socket.end(bytes));
  };
  return connected(rig, answer, (socket) => new ChannelClient(socket).request(message, DEADLINE_MS));
}
