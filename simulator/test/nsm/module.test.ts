import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { X509Certificate } from '@peculiar/x509';
import { PolicyError, VerificationError, verifyAttestation } from '@perf-aggregator/attestation';
import { decodeAttestationUnverified } from '@perf-aggregator/attestation/payload';
import type { Nsm } from '@perf-aggregator/enclave/nsm/port';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { type CborMap, decodeCbor } from '@perf-aggregator/shared/codec/cbor-decode';
import { CodedError } from '@perf-aggregator/shared/errors';
import { systemRandom } from '@perf-aggregator/shared/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNsmRoot, type NsmRoot, SIMULATED_ROOT_NAME } from '../../src/nsm/chain.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22, 16, 0, 0, 250);
const clock = { time: START, now: () => clock.time };
const policy = { pcrs: [SIMULATED_PCRS_HEX] };

let root: NsmRoot;
let nsm: Nsm;
beforeAll(async () => {
  root = await createNsmRoot(systemRandom);
  nsm = createSimulatedNsm({ root, pcrs: simulatedPcrs(), clock, random: systemRandom });
});

function verify(bytes: Uint8Array, instant = clock.time) {
  return verifyAttestation(bytes, { roots: [nsm.trustAnchor], at: instant, policy });
}

describe('when the simulated module attests', () => {
  it('the document verifies under its root and contains the requested fields', async () => {
    const request = { publicKey: Uint8Array.of(1), userData: new Uint8Array(1024), nonce: new Uint8Array() };
    const told = verify(await nsm.attest(request));
    expect(told).toMatchObject({ ...request, timestamp: START, simulated: true, debug: false });
    expect(told.chain[0]?.subject).toContain(`CN=${SIMULATED_ROOT_NAME}`);
    expect(told.chain.every((link) => link.subject.includes('simulat'))).toBe(true);
  });

  it('a verifier that trusts only AWS refuses it', async () => {
    const bytes = await nsm.attest({});
    const attempt = () => verifyAttestation(bytes, { at: 'document', policy });
    expect(attempt).toThrow(VerificationError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'root_untrusted' }));
  });

  it('it is refused five minutes later', async () => {
    const bytes = await nsm.attest({});
    const attempt = () => verify(bytes, clock.time + 5 * MINUTE + 1);
    expect(attempt).toThrow(PolicyError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'document_not_fresh' }));
  });

  it('inputs over 1,024 bytes are refused, as by the real module', async () => {
    for (const field of ['publicKey', 'userData', 'nonce']) {
      const attempt = nsm.attest({ [field]: new Uint8Array(1025) });
      await expect(attempt).rejects.toThrow(CodedError);
      await expect(attempt).rejects.toMatchObject({ code: 'nsm_input_too_large' });
    }
  });

  it('its leaf is valid for three hours and is replaced when 40 minutes are left', async () => {
    const leafEnd = async () => verify(await nsm.attest({})).chain[4]!.notAfter;
    const first = await leafEnd();
    expect(first - START).toBeGreaterThan(180 * MINUTE);
    expect(first - START).toBeLessThan(181 * MINUTE);
    clock.time = START + 139 * MINUTE;
    expect(await leafEnd()).toBe(first);
    clock.time = START + 141 * MINUTE;
    expect(await leafEnd()).toBe(first + 141 * MINUTE);
    // After the clock is set back, the leaf is not valid yet.
    clock.time = START;
    expect(await leafEnd()).toBe(first);
  });

  it('it returns the measurements that it attests, and random bytes', async () => {
    const told = verify(await nsm.attest({}));
    expect(await nsm.describePcrs()).toEqual(new Map(told.pcrs));
    expect(told.pcrs.size).toBe(16);
    expect(await nsm.random(300)).toHaveLength(300);
  });
});

describe('when a simulated document is compared with a real one', () => {
  const real = decodeBase64(
    readFileSync(new URL('../fixtures/dstack-debug-2025.b64', import.meta.url), 'utf8').trim(),
  );

  it('envelope and payload have the same shape, down to the order of keys and the kinds of values', async () => {
    const simulated = await nsm.attest({ userData: new Uint8Array(64) });
    expect(shapeOf(simulated)).toEqual(shapeOf(real));
  });

  it('each certificate has the same extensions in the same order, name forms and lifetime', async () => {
    const simulated = await nsm.attest({});
    const mine = certificatesOf(simulated).map(certificateShape);
    const theirs = certificatesOf(real).map(certificateShape);
    expect(mine).toEqual(theirs);
  });
});

/** The structure of a document, without its values. */
function shapeOf(bytes: Uint8Array): unknown {
  const [header, unprotected, payload, signature] = decodeCbor(bytes) as [
    Uint8Array,
    CborMap,
    Uint8Array,
    Uint8Array,
  ];
  const fields = decodeCbor(payload, { allowIndefinite: true }) as CborMap;
  return {
    head: bytes.subarray(0, 8),
    header,
    unprotected,
    signature: signature.length,
    // The header of the map, the first key, and the end of the map.
    payload: [payload.subarray(0, 11), payload[payload.length - 1]],
    fields: [...fields].map(([key, value]) => [key, key === 'digest' ? value : kindOf(value)]),
    pcrs: [...(fields.get('pcrs') as CborMap)].map(([key, value]) => [key, (value as Uint8Array).length]),
    cabundle: (fields.get('cabundle') as unknown[]).length,
    moduleId: (fields.get('module_id') as string).replaceAll(/[0-9a-f]/g, '0'),
  };
}

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'array';
  return value instanceof Map ? 'map' : value === null ? 'null' : typeof value;
}

function certificatesOf(bytes: Uint8Array): X509Certificate[] {
  const { cabundle, certificate } = decodeAttestationUnverified(bytes);
  return [...cabundle, certificate].map((der) => new X509Certificate(Uint8Array.from(der)));
}

function certificateShape(certificate: X509Certificate): unknown {
  const DAY = 24 * 60 * MINUTE;
  const lifetime = certificate.notAfter.getTime() - certificate.notBefore.getTime();
  return {
    names: [certificate.issuerName, certificate.subjectName].map((name) =>
      name.toJSON().map((a) => Object.keys(a)),
    ),
    labels: certificate.subject.match(/CN=([^,]*)/)?.[1]?.split('.').length,
    extensions: certificate.extensions.map(({ type, critical }) => [type, critical]),
    constraints: Buffer.from(certificate.getExtension('2.5.29.19')!.value).toString('hex'),
    keyUsage: Buffer.from(certificate.getExtension('2.5.29.15')!.value).toString('hex'),
    algorithm: certificate.signatureAlgorithm,
    key: certificate.publicKey.algorithm,
    lifetimeDays: lifetime < DAY ? lifetime / DAY : Math.floor(lifetime / DAY),
    serial: certificate.serialNumber.length / 2,
  };
}
