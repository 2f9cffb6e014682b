/** Bodies that come, and bodies that are not wanted. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long what is still sent is taken after a refusal, so that the refusal can be read, ms. */
const LINGER_MS = 1_000;

/** Lets the body come, if its client waits to hear so (RFC 9110 §10.1.1): right before it is read, and not sooner. */
export function letBodyCome(request: IncomingMessage, response: ServerResponse): void {
  if (request.httpVersion !== '1.1' || !/^100-continue$/i.test(request.headers.expect ?? '')) return;
  response.writeContinue();
}

/** Whether a client sends a body that nobody has read. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return !request.complete && (encoding !== undefined || Number(length ?? 0) > 0);
}

/** Ends the connection after this answer, and takes what its client is still sending for a while, unread. */
export function endAfter(response: ServerResponse): void {
  const { socket } = response;
  response.setHeader('Connection', 'close');
  if (!socket) return;
  // Node would destroy it at once, and the kernel would reset it under the answer.
  socket.destroySoon = () => {
    socket.end();
    socket.resume();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
}
