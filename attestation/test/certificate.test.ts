/** Certificates, compared with the result of Node's own reader, and changed in one place each. */
import { X509Certificate } from 'node:crypto';
import { VerificationError } from '@perf-aggregator/attestation';
import { decodeAttestationUnverified } from '@perf-aggregator/attestation/payload';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { describe, expect, it } from 'vitest';
import { KEY_USAGE, parseCertificate } from '../src/certificate.ts';
import { fixture, VECTORS } from './conformance/real-documents.ts';

describe.each(VECTORS)('when the certificates are those of $name', ({ file }) => {
  const { certificate: leaf, cabundle } = decodeAttestationUnverified(fixture(file));

  it('Node reads the same values', () => {
    for (const der of [...cabundle, leaf]) {
      const ours = parseCertificate(der);
      const theirs = new X509Certificate(der);
      expect(ours.notBefore).toBe(Date.parse(theirs.validFrom));
      expect(ours.notAfter).toBe(Date.parse(theirs.validTo) + 999);
      expect(ours.subjectText.split(', ')).toEqual(theirs.subject.split('\n'));
      expect(ours.basicConstraints?.isAuthority ?? false).toBe(theirs.ca);
      const spki = theirs.publicKey.export({ format: 'der', type: 'spki' });
      expect(encodeHex(ours.publicKey)).toBe(spki.subarray(-97).toString('hex'));
      expect(ours.unknownCritical).toEqual([]);
    }
  });

  it('authorities may sign certificates, the leaf may sign documents, and path lengths are within their limits', () => {
    const authorities = cabundle.map(parseCertificate);
    expect(authorities.every(({ keyUsage }) => (keyUsage! & KEY_USAGE.certificateSign) !== 0)).toBe(true);
    expect(parseCertificate(leaf).keyUsage! & KEY_USAGE.digitalSignature).not.toBe(0);
    expect(authorities.map(({ basicConstraints }) => basicConstraints?.pathLength)).toEqual([
      undefined,
      2,
      1,
      0,
    ]);
  });
});

describe('when one place of a genuine certificate is changed', () => {
  const { certificate } = decodeAttestationUnverified(fixture('dstack-debug-2025.b64'));
  const hex = encodeHex(certificate);

  it.each([
    ['another algorithm inside than outside', '06082a8648ce3d040303', '06082a8648ce3d040304'],
    ['another curve', '06052b81040022', '06052b81040023'],
    ['another kind of key', '06072a8648ce3d0201', '06072a8648ce3d0202'],
    ['a hybrid point', '03620004', '03620006'],
    ['a compressed point', '03620004', '03620002'],
    ['a point with unused bits', '03620004', '03620104'],
  ])('%s is outside the profile', (_, from, to) => {
    expect(hex).toContain(from);
    expect(() => parseCertificate(decodeHex(hex.replace(from, to)))).toThrow(
      expect.objectContaining({ constructor: VerificationError, code: 'certificate_malformed' }),
    );
  });
});
