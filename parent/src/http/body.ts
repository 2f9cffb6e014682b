/** Request bodies: asked for, or refused. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long remaining bytes are accepted after a refusal, so that the client can read it, ms. */
const LINGER_MS = 1_000;

/**
 * Asks the client for the body, if it waits for that (RFC 9110 §10.1.1). This happens right before the body is read,
 * and not sooner.
 */
export function letBodyCome(request: IncomingMessage, response: ServerResponse): void {
  if (request.httpVersion !== '1.1' || !/^100-continue$/i.test(request.headers.expect ?? '')) return;
  response.writeContinue();
}

/** Whether a client sends a body that nobody has read. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return !request.complete && (encoding !== undefined || Number(length ?? 0) > 0);
}

/** Ends the connection after this answer. For a while it accepts and discards what the client still sends. */
export function endAfter(response: ServerResponse): void {
  const { socket } = response;
  response.setHeader('Connection', 'close');
  if (!socket) return;
  // Node would destroy the socket at once, and the kernel would reset it before the answer is read.
  socket.destroySoon = () => {
    socket.end();
    socket.resume();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
}
