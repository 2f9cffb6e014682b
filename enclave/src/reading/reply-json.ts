/** The bytes of a sealed reply as the client reads them: JSON (docs/protocol.md §5). */
import { utf8 } from '@perf-aggregator/shared/bytes';
import type { Box } from '@perf-aggregator/shared/messages/box';
import type { ReplyHeader } from '@perf-aggregator/shared/messages/reply';

/**
 * JSON of `sealed`. The result equals that of `JSON.stringify` and takes a tenth of the time: base64 needs no escaping,
 * and Node encodes it natively.
 */
export function replyJson(sealed: ReplyHeader & Box): Uint8Array {
  const { v, session_id, sequence, nonce, ciphertext, tag } = sealed;
  const head = JSON.stringify({ v, session_id, sequence, nonce: toBase64(nonce) }).slice(0, -1);
  // Its own buffer: what `Buffer.from` gives may lie among other bytes of the process, up to 64 KiB of them (Node 24).
  return utf8(`${head},"ciphertext":"${toBase64(ciphertext)}","tag":"${toBase64(tag)}"}`);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
