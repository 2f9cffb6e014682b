import { once } from 'node:events';
import { fromUtf8, utf8 } from '@perf-aggregator/shared/bytes';
import { MAX_FRAGMENT_BYTES, MAX_IN_FLIGHT } from '@perf-aggregator/shared/limits';
import { ChannelClient } from '@perf-aggregator/shared/transport/channel-client';
import { serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { encodeFrame, type Frame } from '@perf-aggregator/shared/wire/frame';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../codes.ts';
import { deferred } from '../deferred.ts';
import { ask, echo, framesOf, MIB, PATIENT_MS } from './channels.ts';
import { closed, connectedPair } from './sockets.ts';

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
  ])('the server closes the connection: %s', async (_what, bytes) => {
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

  it('the server closes the connection of a client that continues to send a refused message', async () => {
    const { near, far } = await connectedPair();
    serveChannel(far, { handler: () => new Promise(() => undefined), maxInFlight: 1 });
    near.resume();
    near.write(ask(1, false, utf8('')));
    for (let id = 2; id <= MAX_IN_FLIGHT + 2; id++) near.write(ask(id, true, utf8('x')));
    await closed(far);
    expect(far.destroyed).toBe(true);
  });
});

describe('when answers without a request arrive', () => {
  it('the client drops them', async () => {
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
  it('the socket gets one fragment at most, and delivers everything afterwards', async () => {
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

  it('the server stops reading too, so replies do not accumulate', async () => {
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

  it('reading continues when the peer reads again', async () => {
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
