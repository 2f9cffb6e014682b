/**
 * Public documents that the verifier had not been tested with: the largest, the newest, one of EC2's NitroTPM, a broken
 * one.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { explainAttestation, type VerificationTime } from '@perf-aggregator/attestation';
import { describe, expect, it } from 'vitest';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import { NOW } from '../conformance/real-documents.ts';
import { DOCUMENTS } from './today.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);

interface Facts {
  readonly sha256: string;
  readonly timestamp_ms: number;
  readonly debug: boolean;
  readonly expected: { readonly at_document: { readonly verified: boolean } };
}

function judge(bytes: Uint8Array, at: VerificationTime, allowDebug: boolean) {
  return explainAttestation(bytes, { at, policy: { pcrs: 'any-image', allowDebug } });
}

it('there are eight', () => {
  const files = readdirSync(FIXTURES).filter((file) => file.endsWith('.b64'));
  expect(files.map((file) => file.replace('.b64', '')).sort()).toEqual(Object.keys(DOCUMENTS).sort());
});

describe.each(Object.entries(DOCUMENTS))('when the document is %s', (name, answers) => {
  const bytes = new Uint8Array(Buffer.from(readFileSync(new URL(`${name}.b64`, FIXTURES), 'utf8'), 'base64'));
  const { sha256, timestamp_ms, debug, expected } = JSON.parse(
    readFileSync(new URL(`${name}.expected.json`, FIXTURES), 'utf8'),
  ) as Facts;
  const atDocument = judge(bytes, 'document', true);

  itAnswers(answers, () => ({
    verified: atDocument.verified,
    atDocument: atDocument.code,
    withoutDebug: judge(bytes, 'document', false).code,
    now: judge(bytes, NOW, true).code,
  }));

  it('the verdict is the expected one, and the facts are correct', () => {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(atDocument.verified).toBe(expected.at_document.verified);
    if (atDocument.verified) expect(atDocument.document).toMatchObject({ timestamp: timestamp_ms, debug });
  });
});
