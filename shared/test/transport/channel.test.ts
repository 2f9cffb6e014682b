import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fromUtf8, utf8 } from '@perf-aggregator/shared/bytes';
import { MAX_FRAGMENT_BYTES, MAX_IN_FLIGHT, MAX_MESSAGE_BYTES } from '@perf-aggregator/shared/limits';
import { ChannelClient } from '@perf-aggregator/shared/transport/channel-client';
import { type ChannelServerOptions, serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { encodeFrame, type Frame, FrameReader } from '@perf-aggregator/shared/wire/frame';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../codes.ts';
import { deferred } from '../deferred.ts';
import { closed, connectedPair } from './sockets.ts';

const PATIENT_MS = 20_000;
const MIB = 1024 * 1024;

async function channel(
  handler: ChannelServerOptions['handler'],
  options: Partial<ChannelServerOptions> = {},
): Promise<{ readonly client: ChannelClient; readonly near: Socket; readonly far: Socket }> {
  const { near, far } = await connectedPair();
  serveChannel(far, { handler, ...options });
  return { client: new ChannelClient(near), near, far };
}

const echo = (message: Uint8Array) => Promise.resolve(message);

/** The frames that arrive at `socket`, one by one. */
async function* framesOf(socket: Socket): AsyncGenerator<Frame> {
  const reader = new FrameReader();
  for await (const chunk of socket) yield* reader.push(chunk as Uint8Array);
}

async function firstFrame(socket: Socket): Promise<Frame> {
  for await (const frame of framesOf(socket)) return frame;
  throw new Error('the connection ended');
}

function ask(id: number, more: boolean, bytes: Uint8Array, deadlineMs = PATIENT_MS): Uint8Array {
  return encodeFrame({ kind: 'request', id, more, deadlineMs, bytes });
}

describe('when requests are under way together', () => {
  it('gives each its own answer, in whatever order they come', async () => {
    const waiting = new Map<string, () => void>();
    const all = deferred<void>();
    const { client } = await channel(async (message) => {
      const { promise, resolve } = deferred<void>();
      waiting.set(fromUtf8(message), resolve);
      if (waiting.size === 100) all.resolve();
      await promise;
      return utf8(`answer ${fromUtf8(message)}`);
    });
    const settled: number[] = [];
    const answers = Array.from({ length: 100 }, async (_, n) => {
      const answer = await client.request(utf8(String(n)), PATIENT_MS);
      settled.push(n);
      return fromUtf8(answer);
    });
    await all.promise;
    expect(client.inFlight).toBe(100);
    for (const finish of [...waiting.values()].reverse()) finish();
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 100 }, (_, n) => `answer ${n}`));
    expect(settled[0]).toBe(99);
    expect(client.inFlight).toBe(0);
  });

  it('carries the empty message, and messages around the size of a fragment', async () => {
    const { client } = await channel(echo);
    for (const length of [0, 1, MAX_FRAGMENT_BYTES - 1, MAX_FRAGMENT_BYTES, MAX_FRAGMENT_BYTES + 1]) {
      const message = new Uint8Array(length).fill(length % 251);
      expect(Buffer.compare(await client.request(message, PATIENT_MS), message), `${length}`).toBe(0);
    }
  });

  it('lets small ones overtake 5 MiB ones', async () => {
    const { client } = await channel(echo);
    const order: string[] = [];
    const large = Array.from({ length: 3 }, async (_, n) => {
      const message = new Uint8Array(5 * MIB).map((_byte, at) => (at * 31 + n) & 0xff);
      const reply = await client.request(message, PATIENT_MS);
      order.push('large');
      return Buffer.compare(reply, message);
    });
    const small = client.request(utf8('small'), PATIENT_MS).then(() => order.push('small'));
    expect(await Promise.all(large)).toEqual([0, 0, 0]);
    await small;
    expect(order[0]).toBe('small');
  });

  it('refuses more than 256', async () => {
    const { client } = await channel(() => new Promise(() => undefined));
    const requests = Array.from({ length: MAX_IN_FLIGHT }, () => client.request(utf8(''), PATIENT_MS));
    expect(await codeOfRejection(client.request(utf8(''), PATIENT_MS), TransportError)).toBe(
      'channel_overloaded',
    );
    client.close();
    const codes = await Promise.all(requests.map((request) => codeOfRejection(request, TransportError)));
    expect(new Set(codes)).toEqual(new Set(['channel_closed']));
  });

  it('is refused by a server that allows fewer, large ones without being sent to the end', async () => {
    const first = deferred<Uint8Array>();
    const { client } = await channel(() => first.promise, { maxInFlight: 1 });
    const admitted = client.request(utf8('a'), PATIENT_MS);
    expect(await codeOfRejection(client.request(new Uint8Array(5 * MIB), PATIENT_MS), TransportError)).toBe(
      'channel_overloaded',
    );
    first.resolve(utf8('b'));
    expect(fromUtf8(await admitted)).toBe('b');
    expect(fromUtf8(await client.request(utf8('c'), PATIENT_MS))).toBe('b');
  });
});

describe('when a request is refused before it is here whole', () => {
  it('is never handled without its beginning', async () => {
    const handled: number[] = [];
    const gate = deferred<void>();
    const { near, far } = await connectedPair();
    const handler = async (message: Uint8Array) => {
      handled.push(message.length);
      await gate.promise;
      return message;
    };
    serveChannel(far, { handler, maxInFlight: 1 });
    const frames = framesOf(near);
    near.write(ask(1, false, utf8('a')));
    near.write(ask(2, true, utf8('beginning')));
    expect((await frames.next()).value).toEqual({ kind: 'refusal', id: 2, code: 'overloaded' });
    gate.resolve();
    expect((await frames.next()).value).toMatchObject({ kind: 'response', id: 1 });
    near.write(ask(2, false, utf8('the end')));
    near.write(ask(3, false, utf8('abc')));
    expect((await frames.next()).value).toMatchObject({ kind: 'response', id: 3 });
    expect(handled).toEqual([1, 3]);
  });

  it('tells a message that is too large from too many messages', async () => {
    const { near, far } = await connectedPair();
    serveChannel(far, { handler: echo });
    const fragment = new Uint8Array(MAX_FRAGMENT_BYTES);
    const fragments = MAX_MESSAGE_BYTES / MAX_FRAGMENT_BYTES;
    const frames = framesOf(near);
    for (let at = 0; at < fragments; at++) near.write(ask(1, true, fragment));
    near.write(ask(2, true, utf8('one byte too many')));
    expect((await frames.next()).value).toEqual({ kind: 'refusal', id: 2, code: 'overloaded' });
    near.write(ask(1, true, utf8('x')));
    expect((await frames.next()).value).toEqual({ kind: 'refusal', id: 1, code: 'message_too_large' });
    near.write(ask(3, false, utf8('small')));
    expect((await frames.next()).value).toMatchObject({ kind: 'response', id: 3 });
  });

  it('refuses to send a message that nobody would take', async () => {
    const { client } = await channel(echo);
    const request = client.request(new Uint8Array(MAX_MESSAGE_BYTES + 1), PATIENT_MS);
    expect(await codeOfRejection(request, TransportError)).toBe('message_too_large');
  });
});

describe('when time is up', () => {
  it('rejects with `deadline_exceeded`, and the handler’s signal is aborted', async () => {
    const aborted = deferred<void>();
    const { client } = await channel((_message, { signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return aborted.promise.then(() => utf8('too late'));
    });
    expect(await codeOfRejection(client.request(utf8('slow'), 5), TransportError)).toBe('deadline_exceeded');
    await aborted.promise;
    expect(client.inFlight).toBe(0);
    expect(client.open).toBe(true);
  });

  it('is refused by the server too, for a client that keeps no time', async () => {
    const { near, far } = await connectedPair();
    serveChannel(far, { handler: () => new Promise(() => undefined) });
    near.write(ask(1, false, utf8(''), 1));
    expect(await firstFrame(near)).toEqual({ kind: 'refusal', id: 1, code: 'deadline_exceeded' });
  });

  it('cancels at the server what the client gave up', async () => {
    const begun = deferred<AbortSignal>();
    const { near, far } = await connectedPair();
    const handler = (_message: Uint8Array, { signal }: { readonly signal: AbortSignal }) => {
      begun.resolve(signal);
      return new Promise<Uint8Array>(() => undefined);
    };
    serveChannel(far, { handler });
    near.write(ask(1, false, utf8('')));
    const signal = await begun.promise;
    near.write(encodeFrame({ kind: 'cancel', id: 1 }));
    if (!signal.aborted) await once(signal, 'abort');
    expect(signal.aborted).toBe(true);
  });
});

describe('when a handler fails', () => {
  it('tells the peer nothing, and its own side everything', async () => {
    const errors: unknown[] = [];
    const failure = new Error('a secret');
    const { client } = await channel(() => Promise.reject(failure), {
      onError: (error) => errors.push(error),
    });
    const error = await client.request(utf8(''), PATIENT_MS).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransportError);
    expect((error as TransportError).code).toBe('channel_closed');
    expect(String(error)).not.toContain('secret');
    expect(errors).toEqual([failure]);
    expect(client.open).toBe(true);
  });
});

describe('when the connection ends', () => {
  it.each([
    ['was cut', (far: Socket) => far.destroy()],
    ['was closed in order', (far: Socket) => far.end()],
  ])('fails what is under way with `channel_closed`: it %s', async (_how, end) => {
    const begun = deferred<void>();
    const { client, far } = await channel(() => {
      begun.resolve();
      return new Promise(() => undefined);
    });
    const request = client.request(utf8(''), PATIENT_MS);
    await begun.promise;
    end(far);
    expect(await codeOfRejection(request, TransportError)).toBe('channel_closed');
    expect(client.open).toBe(false);
    expect(await codeOfRejection(client.request(utf8(''), 1_000), TransportError)).toBe('channel_closed');
  });

  it('aborts what the server was doing', async () => {
    const begun = deferred<AbortSignal>();
    const { client } = await channel((_message, { signal }) => {
      begun.resolve(signal);
      return new Promise(() => undefined);
    });
    const request = codeOfRejection(client.request(utf8(''), PATIENT_MS), TransportError);
    const signal = await begun.promise;
    client.close();
    if (!signal.aborted) await once(signal, 'abort');
    expect(await request).toBe('channel_closed');
  });
});

describe('when a peer breaks the rules', () => {
  const response: Frame = { kind: 'response', id: 1, more: false, bytes: new Uint8Array() };
  const oversize = Buffer.alloc(4);
  oversize.writeUInt32BE(MAX_FRAGMENT_BYTES + 65);

  it.each([
    ['a length of zero', Buffer.alloc(4)],
    ['a length beyond the limit', oversize],
    ['bytes that are not CBOR', Buffer.from([0, 0, 0, 1, 0xff])],
    ['a frame of unknown shape', Buffer.from([0, 0, 0, 2, 0x81, 0x00])],
    ['an answer', encodeFrame(response)],
    ['a refusal', encodeFrame({ kind: 'refusal', id: 1, code: 'failed' })],
    ['an empty fragment', ask(1, true, new Uint8Array())],
    ['an id twice', Buffer.concat([ask(1, false, utf8('')), ask(1, false, utf8(''))])],
  ])('the server cuts it off: %s', async (_what, bytes) => {
    const { near, far } = await connectedPair();
    const error = deferred<unknown>();
    serveChannel(far, { handler: () => new Promise(() => undefined), onError: error.resolve });
    near.write(bytes);
    near.resume();
    await Promise.all([closed(far), once(near, 'end')]);
    expect(await codeOfRejection(Promise.reject(await error.promise), TransportError)).toBe(
      'frame_malformed',
    );
  });

  it.each([
    ['a request', ask(1, false, utf8(''))],
    ['a cancel', encodeFrame({ kind: 'cancel', id: 1 })],
    ['garbage', Buffer.from([0, 0, 0, 1, 0xff])],
  ])('the client fails with `frame_malformed`: %s', async (_what, bytes) => {
    const { near, far } = await connectedPair();
    const client = new ChannelClient(near);
    far.once('data', () => far.write(bytes));
    expect(await codeOfRejection(client.request(utf8(''), PATIENT_MS), TransportError)).toBe(
      'frame_malformed',
    );
    expect(client.open).toBe(false);
  });

  it('the server cuts off a client that sends on what was refused', async () => {
    const { near, far } = await connectedPair();
    serveChannel(far, { handler: () => new Promise(() => undefined), maxInFlight: 1 });
    near.resume();
    near.write(ask(1, false, utf8('')));
    for (let id = 2; id <= MAX_IN_FLIGHT + 2; id++) near.write(ask(id, true, utf8('x')));
    await closed(far);
    expect(far.destroyed).toBe(true);
  });
});

describe('when answers to nothing arrive', () => {
  it('drops them', async () => {
    const { near, far } = await connectedPair();
    const client = new ChannelClient(near);
    far.once('data', () => {
      for (const id of [7, 1]) {
        far.write(encodeFrame({ kind: 'response', id, more: false, bytes: utf8(`to ${id}`) }));
      }
    });
    expect(fromUtf8(await client.request(utf8(''), PATIENT_MS))).toBe('to 1');
  });
});

describe('when the peer does not read', () => {
  it('hands the socket one fragment at most, and delivers everything afterwards', async () => {
    const { near, far } = await connectedPair();
    const client = new ChannelClient(near);
    const messages = Array.from({ length: 4 }, (_, n) => new Uint8Array(5 * MIB).fill(n));
    const replies = messages.map((message) => client.request(message, PATIENT_MS));
    await new Promise((resolve) => setImmediate(resolve));
    expect(near.writableNeedDrain).toBe(true);
    expect(near.writableLength).toBeLessThanOrEqual(MAX_FRAGMENT_BYTES + 128);
    serveChannel(far, { handler: (message) => Promise.resolve(message.subarray(0, 1)) });
    expect(await Promise.all(replies)).toEqual(messages.map((message) => message.slice(0, 1)));
  });

  it('is not read from either: replies do not pile up', async () => {
    const { near, far } = await connectedPair();
    let handled = 0;
    const stuck = deferred();
    const reply = new Uint8Array(MIB);
    far.on('pause', () => setImmediate(() => far.isPaused() && far.writableNeedDrain && stuck.resolve()));
    serveChannel(far, {
      maxInFlight: 8,
      handler: () => {
        handled++;
        return Promise.resolve(reply);
      },
    });
    const total = 20_000;
    for (let id = 1; id <= total; id++) near.write(ask(id, false, new Uint8Array(100)));
    await stuck.promise;
    expect(far.isPaused()).toBe(true);
    expect(handled).toBeLessThan(total / 4);
    expect(far.writableLength).toBeLessThanOrEqual(MAX_FRAGMENT_BYTES + 1_024);
    near.destroy();
  });

  it('is read again when it reads', async () => {
    const { near, far } = await connectedPair();
    serveChannel(far, { handler: echo, maxInFlight: 2 });
    const total = 3_000;
    for (let id = 1; id <= total; id++) near.write(ask(id, false, utf8(String(id))));
    const answered = new Set<number>();
    for await (const frame of framesOf(near)) {
      answered.add(frame.id);
      if (answered.size === total) break;
    }
    expect(answered.size).toBe(total);
  });
});
