import type { Socket } from 'node:net';
import { fromUtf8, utf8 } from '@perf-aggregator/shared/bytes';
import { serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { Link, type LinkOptions } from '@perf-aggregator/shared/transport/link';
import { dial } from '@perf-aggregator/shared/transport/socket';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeOfRejection } from '../codes.ts';
import { deferred } from '../deferred.ts';
import { closed, freshEndpoint, serveAt } from './sockets.ts';

const PATIENT_MS = 20_000;

/** A link to a server that reports the requests that it gets. */
async function linked(options: Omit<LinkOptions, 'dial'> = {}) {
  const endpoint = freshEndpoint();
  const asked: string[] = [];
  const sockets: Socket[] = [];
  await serveAt(endpoint, (socket) => {
    sockets.push(socket);
    serveChannel(socket, {
      handler: (message) => {
        asked.push(fromUtf8(message));
        return Promise.resolve(message);
      },
    });
  });
  const dialled: Socket[] = [];
  const link = new Link({
    ...options,
    dial: async () => {
      const socket = await dial(endpoint, { timeoutMs: 1_000 });
      dialled.push(socket);
      return socket;
    },
  });
  onTestFinished(() => link.close());
  const say = async (text: string) => fromUtf8(await link.request(utf8(text), PATIENT_MS));
  return { link, say, asked, sockets, dialled };
}

const prepare: NonNullable<LinkOptions['prepare']> = async (channel) => {
  await channel.request(utf8('prepare'), PATIENT_MS);
};

describe('when there was no request', () => {
  it('the link does not connect', async () => {
    const { sockets, dialled } = await linked();
    expect([sockets.length, dialled.length]).toEqual([0, 0]);
  });
});

describe('when requests come at once', () => {
  it('the link connects once and runs the preparation first', async () => {
    const { say, asked, dialled } = await linked({ prepare });
    expect(await Promise.all([say('a'), say('b'), say('c')])).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['prepare', 'a', 'b', 'c']);
    await say('d');
    expect(asked.filter((text) => text === 'prepare')).toHaveLength(1);
    expect(dialled).toHaveLength(1);
  });
});

describe('when the connection is lost', () => {
  it('the link reports that once, and connects and prepares again', async () => {
    let lost = 0;
    const { say, asked, sockets, dialled } = await linked({ prepare, onLost: () => lost++ });
    await say('a');
    sockets[0]!.destroy();
    await closed(dialled[0]!);
    expect(lost).toBe(1);
    expect(await say('b')).toBe('b');
    expect(asked).toEqual(['prepare', 'a', 'prepare', 'b']);
    expect(dialled).toHaveLength(2);
  });

  it('the link reports that even when the next request was quicker', async () => {
    const lost = deferred<void>();
    const { link, say } = await linked({ onLost: lost.resolve });
    await say('a');
    (await link.connect()).close();
    expect(await say('b')).toBe('b');
    await lost.promise;
    expect(await say('c')).toBe('c');
  });
});

describe('when the preparation fails', () => {
  it('drops the connection and lets the next request try again', async () => {
    const failures = [new Error('not yet')];
    let lost = 0;
    const { say, asked, dialled } = await linked({
      prepare: () => {
        const failure = failures.pop();
        return failure ? Promise.reject(failure) : Promise.resolve();
      },
      onLost: () => lost++,
    });
    await expect(Promise.all([say('a'), say('b')])).rejects.toThrow('not yet');
    await closed(dialled[0]!);
    expect(await say('c')).toBe('c');
    expect([asked, dialled.length, lost]).toEqual([['c'], 2, 0]);
  });

  it('returns no connection that was lost meanwhile', async () => {
    const { say, sockets, dialled } = await linked({
      prepare: async (channel) => {
        await channel.request(utf8('prepare'), PATIENT_MS);
        if (sockets.length > 1) return;
        sockets[0]!.destroy();
        await closed(dialled[0]!);
      },
    });
    expect(await codeOfRejection(say('a'), TransportError)).toBe('channel_closed');
    expect(await say('b')).toBe('b');
  });
});

describe('when the link is closed', () => {
  it('requests under way and new ones fail', async () => {
    let lost = 0;
    const { link, say, dialled } = await linked({ onLost: () => lost++ });
    await say('a');
    link.close();
    expect(await codeOfRejection(say('b'), TransportError)).toBe('channel_closed');
    await closed(dialled[0]!);
    expect(lost).toBe(0);
  });

  it('a connection that is still being opened is closed', async () => {
    const gate = deferred<void>();
    const dialling = deferred<void>();
    const { link, say, asked, dialled } = await linked({
      prepare: () => {
        dialling.resolve();
        return gate.promise;
      },
    });
    const request = codeOfRejection(say('a'), TransportError);
    await dialling.promise;
    link.close();
    gate.resolve();
    expect(await request).toBe('channel_closed');
    await closed(dialled[0]!);
    expect(asked).toEqual([]);
  });
});
