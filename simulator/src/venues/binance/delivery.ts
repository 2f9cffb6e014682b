/** The delivery of a venue's answer: complete and compressed when long, or spoilt on the way. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import zlib from 'node:zlib';

/** An answer before its delivery. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What may happen to an answer on its way. */
export type SpoiltDelivery = 'truncate' | 'break' | 'drip';

const DRIPS = 5;
const DRIP_MS = 10;

/** Sends `answer`, or the part that `spoilt` leaves of it. */
export function deliver(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, body, headers }: Answer,
  spoilt: SpoiltDelivery | null,
): void {
  const text = spoilt === 'truncate' ? body.slice(0, body.length / 2) : body;
  const zips = text.length > 1_024 && String(incoming.headers['accept-encoding']).includes('gzip');
  const payload = zips ? zlib.gzipSync(text, { level: 1 }) : Buffer.from(text);
  outgoing.writeHead(status, {
    'content-type': 'application/json;charset=UTF-8',
    'content-length': payload.length,
    ...(zips ? { 'content-encoding': 'gzip' } : {}),
    ...headers,
  });
  if (spoilt === 'break') {
    outgoing.write(payload.subarray(0, payload.length / 2), () => incoming.socket.destroy());
  } else if (spoilt === 'drip') drip(outgoing, payload);
  else outgoing.end(payload);
}

function drip(outgoing: ServerResponse, payload: Buffer): void {
  const size = Math.ceil(payload.length / DRIPS);
  let sent = 0;
  const timer = setInterval(() => {
    outgoing.write(payload.subarray(sent, sent + size));
    sent += size;
    if (sent < payload.length) return;
    clearInterval(timer);
    outgoing.end();
  }, DRIP_MS);
}
