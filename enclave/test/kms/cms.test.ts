import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEnvelope, parseEnvelope } from '../../src/kms/cms.ts';
import { KmsError } from '../../src/kms/errors.ts';

interface Sample {
  name: string;
  cmsBase64: string;
  throwAwayTestKeyPkcs8Base64?: string;
  plaintextHex?: string;
}

const file = new URL('./fixtures/ciphertext-for-recipient.json', import.meta.url);
const { samples } = JSON.parse(readFileSync(file, 'utf8')) as { samples: Sample[] };
const openable = samples.filter((sample) => sample.throwAwayTestKeyPkcs8Base64 !== undefined);

function keyOf(sample: Sample): KeyObject {
  const key = Buffer.from(sample.throwAwayTestKeyPkcs8Base64!, 'base64');
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(KmsError);
    return (error as KmsError).code;
  }
  return 'accepted';
}

describe('when the envelope is genuine', () => {
  it('there are eight, and two can be opened', () => {
    expect(samples).toHaveLength(8);
    expect(openable).toHaveLength(2);
  });

  it.each(samples)('$name parses', (sample) => {
    const envelope = parseEnvelope(decodeBase64(sample.cmsBase64));
    expect(envelope.recipient).toHaveLength(32);
    expect(envelope.encryptedKey).toHaveLength(256);
    expect(envelope.iv).toHaveLength(16);
    expect(envelope.ciphertext.length % 16).toBe(0);
  });

  it('the length is correct for content in one piece, in many pieces and without content', () => {
    const length = (name: string) => {
      const sample = samples.find((one) => one.name === name)!;
      return parseEnvelope(decodeBase64(sample.cmsBase64)).ciphertext.length;
    };
    expect(length('aws_sdk_c_input_ber')).toBe(48);
    expect(length('rustcrypto_kms_4')).toBe(4112);
    expect(length('aws_sdk_c_input_ber_w_ctx')).toBe(16);
  });

  it.each(openable)('$name opens with its key and with no other', (sample) => {
    const bytes = decodeBase64(sample.cmsBase64);
    expect(encodeHex(openEnvelope(bytes, keyOf(sample)))).toBe(sample.plaintextHex);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(codeOf(() => openEnvelope(bytes, privateKey))).toBe('kms_envelope_unopened');
  });
});

describe('when the envelope was altered', () => {
  const sample = openable[0]!;
  const genuine = decodeBase64(sample.cmsBase64);
  const key = keyOf(sample);
  const replaced = (from: string, to: string) => {
    const hex = encodeHex(genuine);
    expect(hex).toContain(from);
    return Uint8Array.from(Buffer.from(hex.replace(from, to), 'hex'));
  };

  it.each([
    ['another content type', '06092a864886f70d010703', '06092a864886f70d010702'],
    ['another version', '020102318', '020103318'],
    ['AES-128 instead', '060960864801650304012a', '0609608648016503040116'],
    ['SHA-1 instead', '06096086480165030402010500a11c', '06096086480165030402040500a11c'],
    ['a key identifier of 31 bytes', '80209631a0', '801f9631a0'],
    ['a constructed key identifier', '80209631a0', 'a0209631a0'],
    ['a length in a longer form', '0410432bffab', '048110432bffab'],
    ['an initialisation vector of 15 bytes', '0410432bff', '040f432bff'],
  ])('%s is refused', (_, from, to) => {
    expect(codeOf(() => parseEnvelope(replaced(from, to)))).toBe('kms_envelope_malformed');
  });

  it('bytes after it, a missing end and a truncated envelope are refused', () => {
    const longer = new Uint8Array(genuine.length + 2);
    longer.set(genuine);
    expect(codeOf(() => parseEnvelope(longer))).toBe('kms_envelope_malformed');
    for (let length = 0; length < genuine.length; length++) {
      expect(codeOf(() => parseEnvelope(genuine.subarray(0, length)))).toBe('kms_envelope_malformed');
    }
    expect(codeOf(() => parseEnvelope(new Uint8Array(20_000)))).toBe('kms_envelope_malformed');
  });

  it('only coded errors are thrown, and a changed key or padding never opens', () => {
    fc.assert(
      fc.property(fc.nat(genuine.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bytes = genuine.slice();
        bytes[at] = bytes[at]! ^ mask;
        const code = codeOf(() => openEnvelope(bytes, key));
        // CMS is not authenticated: a change in the first blocks or the IV is not detected by CMS itself.
        expect(['kms_envelope_malformed', 'kms_envelope_unopened', 'accepted']).toContain(code);
        if (at < 387) expect(code).not.toBe('accepted');
      }),
      { numRuns: 400 },
    );
  });

  it('random bytes only throw coded errors', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(codeOf(() => parseEnvelope(bytes))).toBe('kms_envelope_malformed');
      }),
    );
  });
});
