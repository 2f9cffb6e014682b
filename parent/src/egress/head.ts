/** Reads the one request that the proxy understands: `CONNECT host:port` (RFC 9110 §9.3.6). */
import type net from 'node:net';

/** Longest request head, bytes. */
const MAX_HEAD_BYTES = 4096;

/** The target of a client's request. */
export interface ConnectRequest {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads the head. Leaves `socket` paused with the bytes that follow the head. Resolves to the reason when the head is
 * not valid.
 */
export function readConnect(
  socket: net.Socket,
  timeoutMs: number,
): Promise<ConnectRequest | 'head_malformed' | 'head_timeout' | 'hung_up'> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    const settle = (result: ConnectRequest | 'head_malformed' | 'head_timeout' | 'hung_up'): void => {
      clearTimeout(timer);
      socket.off('data', onData).off('end', onEnd).off('error', onEnd);
      socket.pause();
      resolve(result);
    };
    const timer = setTimeout(() => settle('head_timeout'), timeoutMs);
    const onEnd = (): void => settle('hung_up');
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if ((end < 0 ? received.length : end) > MAX_HEAD_BYTES) settle('head_malformed');
      else if (end >= 0) {
        settle(parseHead(received.toString('latin1', 0, end)));
        // Now and not later: an end of stream that finds the buffer empty is emitted even while paused.
        if (received.length > end + 4) socket.unshift(received.subarray(end + 4));
      }
    };
    socket.on('data', onData).on('end', onEnd).on('error', onEnd);
  });
}

function parseHead(head: string): ConnectRequest | 'head_malformed' {
  // Only a name, no address literal: literals would bypass the resolver.
  const match = /^CONNECT ([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?):(\d{1,5}) HTTP\/1\.1(?:\r\n|$)/.exec(head);
  const port = Number(match?.[2]);
  if (!match?.[1] || port < 1 || port > 65_535) return 'head_malformed';
  return { host: match[1], port };
}
