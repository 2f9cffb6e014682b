/** The openssl command line opens and parses envelopes of KMS, published ones and our own. */
import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { afterAll, describe, expect, it } from 'vitest';
import { openEnvelope, parseEnvelope } from '../../../enclave/src/kms/cms.ts';
import { sealForRecipient } from '../../src/kms/envelope.ts';
import { ENCODINGS, publishedSamples, recipientKey, writeEnvelope } from '../kms/envelopes.ts';

const folder = mkdtempSync(join(tmpdir(), 'pa-cms-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = recipientKey();
const pkcs8 = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
const spki = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
const LENGTHS = [0, 16, 32, 1000, 2500];

function openssl(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync('openssl', argv, { cwd: folder });
  return { status, stdout: new Uint8Array(stdout), complaint: stderr.toString() };
}

function decrypt(envelope: Uint8Array, privateKey: Uint8Array) {
  writeFileSync(join(folder, 'envelope.der'), envelope);
  writeFileSync(join(folder, 'key.der'), privateKey, { mode: 0o600 });
  const argv = ['-inform', 'DER', '-in', 'envelope.der', '-inkey', 'key.der', '-keyform', 'DER', '-binary'];
  return openssl('cms', '-decrypt', ...argv);
}

describe('when openssl opens an envelope', () => {
  const openable = publishedSamples().filter(({ privateKey }) => privateKey !== undefined);

  it('there are two published envelopes with their keys', () => {
    expect(openable).toHaveLength(2);
  });

  it.each(openable)('$name gives the plaintext that we read', ({ bytes, privateKey, plaintext }) => {
    expect(decrypt(bytes, privateKey!)).toEqual({ status: 0, stdout: plaintext, complaint: '' });
  });

  it.each(ENCODINGS)('an envelope written in %s gives its plaintext', (encoding) => {
    for (const length of LENGTHS) {
      const plaintext = random.bytes(length);
      const bytes = writeEnvelope(plaintext, spki, encoding);
      expect(decrypt(bytes, pkcs8)).toEqual({ status: 0, stdout: plaintext, complaint: '' });
      expect(openEnvelope(bytes, key)).toEqual(plaintext);
    }
  });

  it('envelopes of the simulator give their plaintext', () => {
    for (const length of LENGTHS) {
      const plaintext = random.bytes(length);
      expect(decrypt(sealForRecipient(plaintext, spki, random), pkcs8).stdout).toEqual(plaintext);
    }
  });
});

describe('when openssl parses an envelope', () => {
  it.each(publishedSamples())('$name has the values that we read', ({ bytes }) => {
    writeFileSync(join(folder, 'envelope.der'), bytes);
    const { status, stdout } = openssl('asn1parse', '-inform', 'DER', '-in', 'envelope.der');
    expect(status).toBe(0);
    const text = Buffer.from(stdout).toString();
    const dumps = [...text.matchAll(/OCTET STRING +\[HEX DUMP\]:([0-9A-F]+)/g)].map(([, hex]) => hex!);
    const { encryptedKey, iv } = parseEnvelope(bytes);
    const upper = (value: Uint8Array) => Buffer.from(value).toString('hex').toUpperCase();
    expect(dumps.slice(0, 2)).toEqual([upper(encryptedKey), upper(iv)]);
    for (const name of ['pkcs7-envelopedData', 'rsaesOaep', 'mgf1', 'sha256', 'aes-256-cbc']) {
      expect(text).toContain(`:${name}`);
    }
  });
});
