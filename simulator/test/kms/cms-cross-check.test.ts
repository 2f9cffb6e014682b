/** Compares our reader of KMS's envelopes with @peculiar/asn1-cms, on real samples and on our own envelopes. */
import 'reflect-metadata';
import { createPublicKey } from 'node:crypto';
import { ContentInfo, EnvelopedData } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import { openEnvelope, parseEnvelope } from '@perf-aggregator/enclave/kms/cms';
import { KmsError } from '@perf-aggregator/enclave/kms/errors';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealForRecipient } from '../../src/kms/envelope.ts';
import { ENCODINGS, publishedSamples, recipientKey, writeEnvelope } from './envelopes.ts';

const key = recipientKey();
const spki = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
const LENGTHS = [0, 15, 16, 32, 983, 984, 1000, 2500];

/** The fields as the other reader reads them. */
function readElsewhere(bytes: Uint8Array) {
  const info = AsnConvert.parse(bytes, ContentInfo);
  const data = AsnConvert.parse(info.content, EnvelopedData);
  const [recipient] = data.recipientInfos;
  const { rid, encryptedKey } = recipient!.ktri!;
  const { contentEncryptionAlgorithm: algorithm, encryptedContent } = data.encryptedContentInfo;
  const pieces = encryptedContent?.constructedValue ?? [encryptedContent!.value!];
  return {
    recipients: data.recipientInfos.length,
    recipient: hexOf(rid.subjectKeyIdentifier!.buffer),
    encryptedKey: hexOf(encryptedKey.buffer),
    // The parameters are an OCTET STRING. Its header has two bytes.
    iv: hexOf(algorithm.parameters!).slice(4),
    ciphertext: encodeHex(concatBytes(...pieces.map((piece) => new Uint8Array(piece.buffer)))),
  };
}

function readHere(bytes: Uint8Array) {
  const { recipient, encryptedKey, iv, ciphertext } = parseEnvelope(bytes);
  return {
    recipients: 1,
    recipient: encodeHex(recipient),
    encryptedKey: encodeHex(encryptedKey),
    iv: encodeHex(iv),
    ciphertext: encodeHex(ciphertext),
  };
}

function hexOf(buffer: ArrayBuffer): string {
  return encodeHex(new Uint8Array(buffer));
}

describe('when two readers read the same envelope', () => {
  it.each(publishedSamples())('$name, a sample of KMS, reads the same', ({ bytes }) => {
    expect(readElsewhere(bytes)).toEqual(readHere(bytes));
  });

  it.each(ENCODINGS)('an envelope written in %s reads the same, and opens', (encoding) => {
    for (const length of LENGTHS) {
      const plaintext = random.bytes(length);
      const bytes = writeEnvelope(plaintext, spki, encoding);
      expect(readElsewhere(bytes)).toEqual(readHere(bytes));
      expect(openEnvelope(bytes, key)).toEqual(plaintext);
    }
  });

  it('envelopes of the simulator read the same', () => {
    for (const length of LENGTHS) {
      const bytes = sealForRecipient(random.bytes(length), spki, random);
      expect(readElsewhere(bytes)).toEqual(readHere(bytes));
    }
  });
});

describe('when an envelope was altered', () => {
  const genuine = [
    ...publishedSamples().map(({ bytes }) => bytes),
    ...ENCODINGS.map((encoding) => writeEnvelope(new Uint8Array(1500), spki, encoding)),
  ];
  /** A sample with some bytes changed, removed or inserted. */
  const altered = fc
    .record({
      bytes: fc.constantFrom(...genuine),
      edits: fc.array(fc.record({ at: fc.nat(), take: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
    })
    .map(({ bytes, edits }) =>
      edits.reduce((now, { at, take, put }) => {
        const from = at % (now.length + 1);
        return concatBytes(now.subarray(0, from), put, now.subarray(from + take));
      }, bytes),
    );
  let accepted: number;
  let refused: number;
  beforeAll(() => {
    accepted = 0;
    refused = 0;
  });

  it('it is refused with a code, or both read the same', () => {
    fc.assert(
      fc.property(altered, (bytes) => {
        let here: ReturnType<typeof readHere>;
        try {
          here = readHere(bytes);
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(KmsError);
          expect((error as KmsError).code).toBe('kms_envelope_malformed');
          return;
        }
        accepted++;
        expect(readElsewhere(bytes)).toEqual(here);
      }),
      { numRuns: 2000 },
    );
    expect([accepted > 50, refused > 500]).toEqual([true, true]);
  });
});
