import { crypto } from '@perf-aggregator/shared/crypto';
import { sealReply, sealReplyBytes } from '@perf-aggregator/shared/messages/reply';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replyJson } from '../../src/reading/reply-json.ts';

const KEY = new Uint8Array(32).fill(7);
const NONCE = { bytes: (length: number) => new Uint8Array(length).fill(3) };

describe('when a reply is written', () => {
  it('it is the JSON that the protocol defines, byte for byte', () => {
    const header = fc.record({
      session_id: fc.constantFrom('', 'aZ09-_'.repeat(7)),
      sequence: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(header, fc.string({ maxLength: 9_000 }), (named, result) => {
        const reply = {
          operation: 'metrics',
          parameters: {},
          as_of: 1,
          ledger_head: null,
          result,
          refusal: null,
        };
        const json = replyJson(sealReplyBytes(crypto, NONCE, KEY, named, reply));
        expect(Buffer.from(json).toString('utf8')).toBe(
          JSON.stringify(sealReply(crypto, NONCE, KEY, named, reply)),
        );
        expect(json.buffer.byteLength).toBe(json.length);
      }),
    );
  });
});
