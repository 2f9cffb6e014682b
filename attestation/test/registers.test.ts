/** Computed registers, compared with real documents and images; and the regions of real enclaves. */
import { createHash } from 'node:crypto';
import {
  instanceIdOf,
  PolicyError,
  pcr3OfRole,
  pcr4OfInstance,
  pcr8OfCertificate,
  regionOf,
  VerificationError,
  verifyAttestation,
} from '@perf-aggregator/attestation';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { describe, expect, it } from 'vitest';
import { fixture, VECTORS } from './conformance/real-documents.ts';
import { buildDocument, buildSelfSigned, MADE_AT } from './nitro-builder.ts';

const sha384 = (...parts: (Uint8Array | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha384')).digest('hex');

describe.each(VECTORS)('when the document is the real $name', ({ file, module_id }) => {
  const policy = { pcrs: 'any-image', allowDebug: true } as const;
  const told = verifyAttestation(fixture(file), { at: 'document', policy });

  it('PCR4 is the one of its instance, and its region is the one of its certificates', () => {
    const instance = instanceIdOf(told)!;
    expect(module_id.startsWith(`${instance}-enc`)).toBe(true);
    expect(encodeHex(told.pcrs.get(4)!)).toBe(pcr4OfInstance(instance));
    const region = regionOf(told)!;
    expect(region).toMatch(/^(us|ap|eu)-[a-z]+-\d$/);
    for (const { subject } of told.chain.slice(1)) expect(subject).toContain(`.${region}.aws`);
  });
});

describe('when registers are computed', () => {
  const zeros = new Uint8Array(48);

  it('PCR3 is the hash of the ARN of the role', () => {
    for (const arn of [
      'arn:aws:iam::123456789012:role/Webserver',
      'arn:aws-cn:iam::123456789012:role/path/of/the.role+x=y,z@w_-1',
    ]) {
      expect(pcr3OfRole(arn)).toBe(sha384(zeros, arn));
    }
  });

  it('PCR8 is the hash of the digest of the certificate', () => {
    const { certificate } = buildSelfSigned();
    const digest = createHash('sha384').update(certificate).digest();
    expect(pcr8OfCertificate(certificate)).toBe(sha384(zeros, digest));
  });

  it.each([
    ['', 'nothing'],
    ['Webserver', 'a name'],
    ['arn:aws:iam::123456789012:instance-profile/Webserver', 'an instance profile'],
    ['arn:aws:sts::123456789012:assumed-role/Webserver/i-0123456789abcdef0', 'a session of the role'],
    ['arn:aws:iam::123456789012:role/', 'a role without a name'],
    ['arn:aws:iam::123456789012:role/Webserver\n', 'a line end'],
  ])('PCR3 of %j (%s) is refused', (arn) => {
    expect(() => pcr3OfRole(arn)).toThrow(expect.objectContaining({ code: 'policy_invalid' }));
    expect(() => pcr3OfRole(arn)).toThrow(PolicyError);
  });

  it.each([
    '',
    'i-',
    'i-0123',
    '0123456789abcdef0',
    'i-0123456789ABCDEF0',
    'i-0123456789abcdef0-enc01',
    ' i-0123456789abcdef0',
  ])('PCR4 of %j is refused', (id) => {
    expect(() => pcr4OfInstance(id)).toThrow(PolicyError);
    expect(() => pcr4OfInstance(id)).toThrow(expect.objectContaining({ code: 'policy_invalid' }));
  });

  it.each([
    ['PEM', () => new TextEncoder().encode('-----BEGIN CERTIFICATE-----')],
    ['a byte more', () => new Uint8Array([...buildSelfSigned().certificate, 0])],
    ['a byte less', () => buildSelfSigned().certificate.subarray(0, -1)],
    ['nothing', () => new Uint8Array()],
  ])('PCR8 of %s is refused', (_, der) => {
    expect(() => pcr8OfCertificate(der())).toThrow(VerificationError);
    expect(() => pcr8OfCertificate(der())).toThrow(
      expect.objectContaining({ code: 'certificate_malformed' }),
    );
  });
});

describe('when no certificate names a region of this enclave', () => {
  const moduleId = 'i-0123456789abcdef0-enc0123456789abcdef';
  const of = (...subjects: string[]) =>
    regionOf({ moduleId, chain: subjects.map((subject) => ({ subject })) });

  it.each([
    [[]],
    [['CN=leaf']],
    [['CN=i-0123456789abcdef0-enc0123456789abcdee.us-east-1.aws']],
    [[`CN=x${moduleId}.us-east-1.aws`, `CN=${moduleId}.us-east-1.aws`, 'CN=leaf']],
    [[`CN=${moduleId}.x, CN=${moduleId}.us-east-1.aws`]],
    [[`O=xCN=${moduleId}.us-east-1.aws`]],
    [[`CN=${moduleId}.zonal.us-east-1.aws`]],
    [[`CN=${moduleId}.us-east-1.aws, CN=other`]],
  ])('it is null: %j', (subjects) => {
    expect(of(...subjects)).toBeNull();
  });

  it('it is read from the leaf only, for any text before its name', () => {
    expect(of('CN=x', `C=US, CN=${moduleId}.eu-central-1.aws`)).toBe('eu-central-1');
    expect(of(`CN=${moduleId}.us-gov-west-1.aws-us-gov`)).toBe('us-gov-west-1');
  });

  it('a built document has no region, and neither has the document of an instance', () => {
    const { bytes, root } = buildDocument();
    const told = verifyAttestation(bytes, { roots: [root], at: MADE_AT, policy: { pcrs: 'any-image' } });
    expect([instanceIdOf(told), regionOf(told)]).toEqual(['i-0123456789abcdef0', null]);
    expect(instanceIdOf({ moduleId: 'i-0123456789abcdef0' })).toBeNull();
  });
});
