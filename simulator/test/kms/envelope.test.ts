import { createHash, generateKeyPairSync } from 'node:crypto';
import { openEnvelope, parseEnvelope } from '@perf-aggregator/enclave/kms/cms';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { describe, expect, it } from 'vitest';
import { sealForRecipient } from '../../src/kms/envelope.ts';

describe('when an envelope is written', () => {
  it('the reader of real envelopes reads it, in one piece and in many pieces', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    for (const length of [0, 15, 16, 32, 999, 1000, 4096]) {
      const plaintext = random.bytes(length);
      const sealed = sealForRecipient(plaintext, spki, random);
      expect(openEnvelope(sealed, privateKey)).toEqual(plaintext);
      expect(parseEnvelope(sealed).recipient).toEqual(
        new Uint8Array(createHash('sha256').update(spki).digest()),
      );
    }
  });

  it('it has the length and the headers of a real envelope of the same plaintext', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const sealed = sealForRecipient(
      random.bytes(32),
      new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
      random,
    );
    // A real envelope of 32 bytes of plaintext has 493 bytes, with these bytes at its start and its end.
    expect(sealed).toHaveLength(493);
    expect(encodeBase64(sealed)).toMatch(/^MIAGCSqGSIb3DQEHA6CAMIACAQIxggFrMIIBZwIBAoAg/);
    expect(sealed.subarray(-10)).toEqual(new Uint8Array(10));
  });
});
