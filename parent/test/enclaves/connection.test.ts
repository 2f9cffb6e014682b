import type { Socket } from 'node:net';
import { serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { decodeBootRequest, encodeBootReply, type Phase } from '@perf-aggregator/shared/wire/boot';
import { decodeRequest, encodeReply } from '@perf-aggregator/shared/wire/envelope';
import { encodePong, type Pong } from '@perf-aggregator/shared/wire/ping';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { closed, freshEndpoint, serveAt } from '../../../shared/test/transport/sockets.ts';
import { Connection } from '../../src/enclaves/connection.ts';
import { createLog, logEvents } from '../../src/log.ts';
import { MemoryStore } from '../memory-store.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

// Only the intervals are fake. Sockets and deadlines are real.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The answer to a ping from an enclave with these venues. */
function pongOf(venues: Pong['venues'] = []): () => Promise<Uint8Array> {
  const body = encodePong({ phase: 'serving', venues });
  return () => Promise.resolve(encodeReply({ outcome: 'ok', body, write: null, erase: false }));
}

/** A connection to an enclave that answers each boot with `phase`; the logged events, and the credentials it got. */
async function connected(phase: () => Phase = () => 'serving', pong: () => Promise<Uint8Array> = pongOf()) {
  const endpoint = freshEndpoint();
  const keys: string[] = [];
  const sockets: Socket[] = [];
  await serveAt(endpoint, (socket) => {
    sockets.push(socket);
    serveChannel(socket, {
      handler: (message) => {
        const { operation, body: asked } = decodeRequest(message);
        if (operation === 'ping') return pong();
        keys.push(decodeBootRequest(asked).credentials.accessKeyId);
        const body = encodeBootReply({ phase: phase(), genesis: null });
        return Promise.resolve(encodeReply({ outcome: 'ok', body, write: null, erase: false }));
      },
    });
  });
  const store = new MemoryStore();
  store.genesisRecord = { blob: Uint8Array.of(1), evidence: Uint8Array.of(2) };
  let fetched = 0;
  const credentials = () => {
    fetched += 1;
    return Promise.resolve({
      accessKeyId: `key ${fetched}`,
      secretAccessKey: '',
      sessionToken: '',
      expiration: 0,
    });
  };
  const lines: { readonly msg: string; readonly code?: string; readonly enclave: string }[] = [];
  const log = createLog('info', { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
  const deployment = { keyArn: 'arn:key', roleArn: 'arn:role' };
  const connection = new Connection(endpoint, { store, credentials, deployment, sharers: 1 }, logEvents(log));
  onTestFinished(() => connection.close());
  return {
    connection,
    endpoint,
    keys,
    sockets,
    said: () => lines.map(({ msg, code }) => code ?? msg),
    lines,
  };
}

describe('when an enclave is reachable', () => {
  it('it is booted before the first request, and again every 15 minutes, with fresh credentials', async () => {
    const { connection, keys, lines, endpoint } = await connected();
    await vi.waitFor(() => expect(connection.isReady).toBe(true));
    expect(keys).toEqual(['key 1']);
    expect(lines).toMatchObject([{ msg: 'enclave serving', enclave: `unix:${endpoint.path}` }]);
    vi.advanceTimersByTime(14 * MINUTE);
    expect(keys).toHaveLength(1);
    vi.advanceTimersByTime(1 * MINUTE);
    await vi.waitFor(() => expect(keys).toEqual(['key 1', 'key 2']));
  });

  it('after a lost connection it is connected again, and booted again', async () => {
    const { connection, keys, sockets, said } = await connected();
    await vi.waitFor(() => expect(connection.isReady).toBe(true));
    sockets[0]!.destroy();
    await closed(sockets[0]!);
    await vi.waitFor(() => expect(said()).toEqual(['enclave serving', 'enclave lost']));
    expect(connection.isReady).toBe(false);
    vi.advanceTimersByTime(SECOND);
    await vi.waitFor(() => expect(connection.isReady).toBe(true));
    expect(keys).toEqual(['key 1', 'key 2']);
  });

  it('an enclave that does not serve still gets requests, and its fault is reported once', async () => {
    let phase: Phase = 'attested';
    const { connection, keys, said } = await connected(() => phase);
    await vi.waitFor(() => {
      vi.advanceTimersByTime(SECOND / 2);
      expect(keys.length).toBeGreaterThan(3);
    });
    expect(connection.isReady).toBe(false);
    phase = 'serving';
    await vi.waitFor(() => {
      vi.advanceTimersByTime(SECOND / 2);
      expect(connection.isReady).toBe(true);
    });
    expect(said()).toEqual(['enclave_not_ready', 'enclave serving']);
  });

  it('an enclave that serves and cannot be refreshed continues to serve', async () => {
    let phase: Phase = 'serving';
    const { connection, said } = await connected(() => phase);
    await vi.waitFor(() => expect(connection.isReady).toBe(true));
    phase = 'draining';
    vi.advanceTimersByTime(15 * MINUTE);
    await vi.waitFor(() => expect(said()).toEqual(['enclave serving', 'enclave_not_ready']));
    expect(connection.isReady).toBe(true);
  });
});

describe('when an enclave is pinged', () => {
  it('an enclave that hangs is detected within three seconds, is reported once, and can recover', async () => {
    let isHanging = false;
    const answer = pongOf();
    const never = new Promise<Uint8Array>(() => undefined);
    const { connection, said } = await connected(undefined, () => (isHanging ? never : answer()));
    await vi.waitFor(() => expect(connection.isReady).toBe(true));
    vi.advanceTimersByTime(SECOND);
    isHanging = true;
    const began = performance.now();
    await vi.waitFor(
      () => {
        vi.advanceTimersByTime(SECOND);
        expect(connection.isAnswering).toBe(false);
      },
      { timeout: 3_000, interval: SECOND },
    );
    expect(performance.now() - began).toBeLessThan(3_000);
    // It is still connected, and may get requests.
    expect(connection.isReady).toBe(true);
    isHanging = false;
    await vi.waitFor(() => {
      vi.advanceTimersByTime(SECOND);
      expect(connection.isAnswering).toBe(true);
    });
    expect(said()).toEqual(['enclave serving', 'enclave does not answer', 'enclave answers again']);
  });

  it('the state of its venues is kept', async () => {
    const venues = [{ venue: 'binance', at: 7, fault: 'exchange_unavailable' }];
    const { connection } = await connected(undefined, pongOf(venues));
    await vi.waitFor(() => expect(connection.isReady).toBe(true));
    expect(connection.venues).toEqual([]);
    vi.advanceTimersByTime(SECOND);
    await vi.waitFor(() => expect(connection.venues).toEqual(venues));
  });

  it('an enclave that does not know the ping counts as answering', async () => {
    const failure = { code: 'frame_malformed', retryAfterMs: null, sealed: null } as const;
    const { connection } = await connected(undefined, () =>
      Promise.resolve(encodeReply({ outcome: 'failure', failure })),
    );
    await vi.waitFor(() => expect(connection.isReady).toBe(true));
    for (let pings = 0; pings < 3; pings++) {
      vi.advanceTimersByTime(SECOND);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(connection.isAnswering).toBe(true);
  });
});
