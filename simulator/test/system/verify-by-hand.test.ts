/** Runs the commands of docs/verify-by-hand.md in a shell, on valid and invalid evidence. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Nsm } from '@perf-aggregator/enclave/nsm/port';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64, encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import type { ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NOON } from '../../../enclave/test/sessions/states.ts';
import { createNsmRoot } from '../../src/nsm/chain.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';
import { makeBundle } from '../report/bundles.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FIXTURES = join(ROOT, 'attestation/test/fixtures');
const [ofDocument = [], ofReport = []] = readFileSync(join(ROOT, 'docs/verify-by-hand.md'), 'utf8')
  .split('## 2. A report')
  .map((part) => [...part.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block));
const [takeOut, ...judge] = ofReport;
const DOCUMENT = ofDocument.join('\n');
const REPORT = [takeOut, DOCUMENT, ...judge].join('\n');

let folder: string;
let root: string;
let nsm: Nsm;

beforeAll(async () => {
  const made = await createNsmRoot(random);
  const base64 = encodeBase64(made.rootCertDer).replace(/.{64}/g, '$&\n');
  root = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  nsm = createSimulatedNsm({ root: made, pcrs: simulatedPcrs(), clock: { now: () => NOON }, random });
});
beforeEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'pa-by-hand-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Types the commands in a folder with the reader's files. The first failing command ends it. */
function type(commands: string) {
  const { status, stdout, stderr } = spawnSync('sh', ['-e'], {
    cwd: folder,
    input: commands,
    encoding: 'utf8',
  });
  return { ok: status === 0, said: stdout, complaint: stderr };
}

function typeDocument(file: string) {
  copyFileSync(join(FIXTURES, file), join(folder, 'document.b64'));
  copyFileSync(join(FIXTURES, 'aws-nitro-root-g1.pem'), join(folder, 'root.pem'));
  return type(DOCUMENT);
}

function typeReport(bundle: ReportBundle) {
  writeFileSync(join(folder, 'report.json'), JSON.stringify(bundle));
  writeFileSync(join(folder, 'root.pem'), root);
  return type(REPORT);
}

const valid = readdirSync(FIXTURES).filter((name) => name.endsWith('.b64'));
const invalid = readdirSync(join(FIXTURES, 'invalid'));
const vectors = JSON.parse(readFileSync(join(FIXTURES, 'vectors.json'), 'utf8')) as {
  readonly valid: readonly { readonly file: string; readonly pcr0: string; readonly timestamp_ms: number }[];
};

describe('when a document is verified by hand', () => {
  it.each(valid)('succeeds for %s and prints its PCRs', (file) => {
    const { ok, said } = typeDocument(file);
    expect({ ok, said }).toEqual({ ok: true, said: expect.stringContaining('Verified OK\n') });
    expect(said).toContain('leaf.pem: OK\n');
    expect(said).toContain('=64:1A:03:21:A3:E2:44:EF:');
    const { pcr0, timestamp_ms } = vectors.valid.find((vector) => vector.file.endsWith(file))!;
    expect(said).toContain(`PCR0 ${pcr0}\n`);
    expect(said).toContain(new Date(timestamp_ms).toISOString().slice(0, 19).replace('T', ' '));
  });

  it.each(invalid)('fails for %s', (file) => {
    expect(typeDocument(join('invalid', file)).ok).toBe(false);
  });
});

describe('when a document of an instance is verified by hand', () => {
  const instances = readdirSync(join(FIXTURES, '../field/fixtures')).filter((name) =>
    /nitrotpm.*\.b64$/.test(name),
  );

  it('there are two', () => {
    expect(instances).toHaveLength(2);
  });

  it.each(instances)(
    'the chain of %s verifies, and the commands fail at the check for an enclave',
    (file) => {
      const { ok, said } = typeDocument(join('../field/fixtures', file));
      expect({ ok, said }).toEqual({ ok: false, said: expect.stringContaining('leaf.pem: OK\n') });
      expect(said).not.toContain('PCR0');
    },
  );
});

describe('when a report is verified by hand', () => {
  it('succeeds, and shows the signed claims', async () => {
    const { ok, said, complaint } = typeReport(await makeBundle(nsm));
    expect({ ok, complaint }).toMatchObject({ ok: true });
    expect(said).toContain(`PCR0 ${SIMULATED_PCRS_HEX[0]}\n`);
    expect(said).toContain('the enclave attested this report\nSignature Verified Successfully\n');
    expect(said).toContain('"environment":');
    expect(said).toMatch(/^✓ \["[\w-]+","totalReturn",/m);
    expect(said).toContain('every number is signed\n');
  });

  it('shows only the disclosed claims', async () => {
    const bundle = await makeBundle(nsm);
    const [jwt, first] = bundle.sdJwt.split('~');
    const { ok, said } = typeReport({ ...bundle, sdJwt: `${jwt}~${first}~` });
    expect(ok).toBe(true);
    expect(said.match(/^✓/gm)).toHaveLength(1);
  });

  const forged = encodeBase64Url(utf8('["saltsaltsaltsaltsalt","totalReturn",9.9]'));
  const flip = (text: string) => text.replace(/.(?=.{9}$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
  const replaceJwt = (sdJwt: string, change: (jwt: string) => string) =>
    sdJwt.replace(/^[^~]+/, (jwt) => change(jwt));

  it.each<[string, (bundle: ReportBundle) => ReportBundle, RegExp]>([
    [
      'a number that nobody signed',
      (bundle) => ({ ...bundle, sdJwt: `${bundle.sdJwt}${forged}~` }),
      /Signature Verified Successfully\n(?!.*every number)/s,
    ],
    [
      'another payload',
      ({ sdJwt, ...rest }) => ({ ...rest, sdJwt: replaceJwt(sdJwt, (jwt) => jwt.replace('.ey', '.ez')) }),
      /leaf\.pem: OK\n.*PCR2 \w+\n1\nattested.sha256 own.sha256 differ/s,
    ],
    [
      'a document with a byte changed',
      (bundle) => ({ ...bundle, attestation: flip(bundle.attestation) }),
      /Verification failure/,
    ],
  ])('detects %s at its step', async (_, change, said) => {
    const typed = typeReport(change(await makeBundle(nsm)));
    expect(typed.ok).toBe(false);
    expect(`${typed.said}${typed.complaint}`).toMatch(said);
  });

  it('detects a report that the attested key did not sign', async () => {
    const bundle = await makeBundle(nsm, { compact: (sdJwt) => replaceJwt(sdJwt, flip) });
    const { ok, said } = typeReport(bundle);
    expect(ok).toBe(false);
    expect(said).toMatch(/the enclave attested this report\nSignature Verification Failure/);
  });

  it('detects a document that was made for another purpose', async () => {
    const quote = await makeBundle(nsm, {
      userData: ({ v, config_sha256, kms_policy }) => ({
        t: 'quote',
        ...{ v, config_sha256, kms_policy },
        report_key: new Uint8Array(32),
      }),
    });
    expect(typeReport(quote)).toMatchObject({ ok: false, said: expect.stringMatching(/PCR2 \w+\n0\n$/) });
  });
});
