import { utf8 } from '@perf-aggregator/shared/bytes';
import { ChannelClient } from '@perf-aggregator/shared/transport/channel-client';
import { type MessageHandler, serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../codes.ts';
import { deferred } from '../deferred.ts';
import { closed, connectedPair } from './sockets.ts';

const PATIENT_MS = 20_000;
const MIB = 1024 * 1024;

async function channel(handler: MessageHandler) {
  const { near, far } = await connectedPair();
  const served = serveChannel(far, { handler });
  return { client: new ChannelClient(near), near, far, served };
}

const echo = (message: Uint8Array) => Promise.resolve(message);

describe('when a connection is to finish', () => {
  it('it ends at once when no request is under way', async () => {
    const { near, far, served } = await channel(echo);
    served.finish();
    await Promise.all([closed(near), closed(far)]);
  });

  it('requests under way are answered completely, and so are requests that arrive meanwhile', async () => {
    const { promise, resolve } = deferred<void>();
    const large = new Uint8Array(5 * MIB).fill(7);
    const { client, far, served } = await channel(async (message) => {
      if (message.length > 0) return echo(message);
      await promise;
      return large;
    });
    const slow = client.request(new Uint8Array(), PATIENT_MS);
    expect(await client.request(utf8('before'), PATIENT_MS)).toEqual(utf8('before'));
    served.finish();
    expect(await client.request(utf8('meanwhile'), PATIENT_MS)).toEqual(utf8('meanwhile'));
    expect(far.destroyed).toBe(false);
    resolve();
    expect(Buffer.compare(await slow, large)).toBe(0);
    await closed(far);
    expect(await codeOfRejection(client.request(utf8('after'), PATIENT_MS), TransportError)).toBe(
      'channel_closed',
    );
  });

  it('it does not wait for a peer that never closes its half', async () => {
    const { near, far } = await connectedPair();
    near.pause();
    serveChannel(far, { handler: echo }).finish();
    await closed(far);
    expect(near.writableEnded).toBe(false);
  });
});
