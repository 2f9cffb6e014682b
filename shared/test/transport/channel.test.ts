import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fromUtf8, utf8 } from '@perf-aggregator/shared/bytes';
import { MAX_FRAGMENT_BYTES, MAX_IN_FLIGHT, MAX_MESSAGE_BYTES } from '@perf-aggregator/shared/limits';
import { serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { encodeFrame } from '@perf-aggregator/shared/wire/frame';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../codes.ts';
import { deferred } from '../deferred.ts';
import { ask, channel, echo, firstFrame, framesOf, MIB, PATIENT_MS } from './channels.ts';
import { connectedPair } from './sockets.ts';

describe('when requests run at the same time', () => {
  it('each gets its own answer, in any order of answers', async () => {
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

  it('the empty message and messages near the size of a fragment are carried', async () => {
    const { client } = await channel(echo);
    for (const length of [0, 1, MAX_FRAGMENT_BYTES - 1, MAX_FRAGMENT_BYTES, MAX_FRAGMENT_BYTES + 1]) {
      const message = new Uint8Array(length).fill(length % 251);
      expect(Buffer.compare(await client.request(message, PATIENT_MS), message), `${length}`).toBe(0);
    }
  });

  it('small messages overtake messages of 5 MiB', async () => {
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

  it('more than 256 are refused', async () => {
    const { client } = await channel(() => new Promise(() => undefined));
    const requests = Array.from({ length: MAX_IN_FLIGHT }, () => client.request(utf8(''), PATIENT_MS));
    expect(await codeOfRejection(client.request(utf8(''), PATIENT_MS), TransportError)).toBe(
      'channel_overloaded',
    );
    client.close();
    const codes = await Promise.all(requests.map((request) => codeOfRejection(request, TransportError)));
    expect(new Set(codes)).toEqual(new Set(['channel_closed']));
  });

  it('a server that allows fewer refuses them, and large ones are not sent to the end', async () => {
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

describe('when a request is refused before it has arrived completely', () => {
  it('its handler never runs without the beginning of the request', async () => {
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

  it('a message that is too large and too many messages have different errors', async () => {
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

  it('a message that no server accepts is not sent', async () => {
    const { client } = await channel(echo);
    const request = client.request(new Uint8Array(MAX_MESSAGE_BYTES + 1), PATIENT_MS);
    expect(await codeOfRejection(request, TransportError)).toBe('message_too_large');
  });
});

describe('when the time is up', () => {
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

  it('the server refuses it too, for a client that has no timer', async () => {
    const { near, far } = await connectedPair();
    serveChannel(far, { handler: () => new Promise(() => undefined) });
    near.write(ask(1, false, utf8(''), 1));
    expect(await firstFrame(near)).toEqual({ kind: 'refusal', id: 1, code: 'deadline_exceeded' });
  });

  it('the server cancels a request that the client gave up', async () => {
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
  it('the peer learns nothing, and its own side learns everything', async () => {
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
  ])('requests under way fail with `channel_closed`: it %s', async (_how, end) => {
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

  it('the work of the server is aborted', async () => {
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
