import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { buildDocument } from '../../../attestation/test/nitro-builder.ts';
import { run } from './cli.ts';

interface Vector {
  readonly name: string;
  readonly file: string;
  readonly timestamp_ms: number;
  readonly pcr0: string;
  readonly debug_mode: boolean;
}

const FIXTURES = fileURLToPath(new URL('../../../attestation/test/fixtures/', import.meta.url));
const vectors = (JSON.parse(readFileSync(join(FIXTURES, 'vectors.json'), 'utf8')) as { valid: Vector[] })
  .valid;
const invalid = readdirSync(join(FIXTURES, 'invalid')).filter((file) => file.endsWith('.b64'));
const home = mkdtempSync(join(tmpdir(), 'pa-cli-'));
const world = { clock: { now: () => Date.UTC(2026, 10, 22) }, home };
afterAll(() => rmSync(home, { recursive: true }));

async function verify(file: string, ...flags: string[]) {
  const { code, stdout } = await run(['verify-attestation', file, '--json', ...flags], world);
  return {
    exit: code,
    ...(JSON.parse(stdout) as {
      verified: boolean;
      simulated: boolean;
      code: string | null;
      timestamp: number;
      checks: { ok: boolean | null }[];
    }),
  };
}

it('there are eighteen real documents, and some invalid ones', () => {
  expect(vectors).toHaveLength(18);
  expect(invalid).toHaveLength(16);
});

describe.each(vectors)('when the document is the real $name', ({ file, timestamp_ms, debug_mode, pcr0 }) => {
  const path = join(FIXTURES, file);

  it('it verifies at its own time, and a debug document only when that is allowed', async () => {
    const allowed = await verify(path, '--any-image', '--at', 'document', '--allow-debug');
    expect(allowed).toMatchObject({
      exit: 0,
      verified: true,
      simulated: false,
      code: null,
      timestamp: timestamp_ms,
    });
    expect(allowed.checks.every(({ ok }) => ok)).toBe(true);
    const strict = debug_mode
      ? { exit: 1, verified: false, code: 'debug_mode' }
      : { exit: 0, verified: true };
    expect(await verify(path, '--any-image', '--at', 'document')).toMatchObject(strict);
  });

  it('it is refused now, and without a policy', async () => {
    const expired = { exit: 1, verified: false, code: 'certificate_expired' };
    expect(await verify(path, '--any-image', '--allow-debug', '--at', 'now')).toMatchObject(expired);
    expect(await verify(path, '--any-image', '--allow-debug')).toMatchObject(expired);
    const empty = { exit: 1, verified: false, code: 'policy_empty' };
    expect(await verify(path, '--at', 'document', '--allow-debug')).toMatchObject(empty);
  });

  it('it is compared with the given measurement, in raw form as in base64', async () => {
    const raw = join(home, `${file}.bin`);
    writeFileSync(raw, Buffer.from(readFileSync(path, 'utf8'), 'base64'));
    const flags = ['--at', 'document', '--allow-debug', '--pcr'];
    // The zeros of debug mode are no measurement.
    const own = debug_mode ? { exit: 1, code: 'policy_invalid' } : { exit: 0, verified: true };
    expect(await verify(raw, ...flags, `0=${pcr0.toUpperCase()}`)).toMatchObject(own);
    expect(await verify(raw, ...flags, `0=${'ab'.repeat(48)}`)).toMatchObject({
      exit: 1,
      code: 'pcr_mismatch',
    });
  });
});

describe('when options contradict each other', () => {
  const path = join(FIXTURES, 'evervault-prod-2023.b64');
  const one = `0=${'ab'.repeat(48)}`;

  it.each([
    ['a register twice', ['--pcr', one, '--pcr', `0=${'cd'.repeat(48)}`]],
    ['a register twice, the same', ['--pcr', one, '--pcr', `00=${'ab'.repeat(48)}`]],
    ['an image and any image', ['--pcr', one, '--any-image']],
    ['any image and an image', ['--any-image', '--pcr', one]],
  ])('%s: none is ignored silently', async (_, flags) => {
    const { code, stdout } = await run(['verify-attestation', path, '--at', 'document', ...flags], world);
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([
    ['no PCR0', `1=${'ab'.repeat(48)}`],
    ['zeros', `0=${'0'.repeat(96)}`],
    ['a register that there is not', `32=${'ab'.repeat(48)}`],
  ])('%s is no image', async (_, pcr) => {
    expect(await verify(path, '--at', 'document', '--allow-debug', '--pcr', pcr)).toMatchObject({
      exit: 1,
      verified: false,
      code: 'policy_invalid',
    });
  });
});

describe('when the document is of an instance', () => {
  const field = fileURLToPath(new URL('../../../attestation/test/field/fixtures/', import.meta.url));

  it.each(readdirSync(field).filter((file) => /nitrotpm.*\.b64$/.test(file)))(
    'the output says so for %s',
    async (file) => {
      const told = await verify(join(field, file), '--any-image', '--allow-debug', '--at', 'document');
      expect(told).toMatchObject({ exit: 1, verified: false, code: 'not_an_enclave' });
    },
  );
});

describe('when the document does not verify', () => {
  it.each(invalid)('%s is refused', async (file) => {
    const path = join(FIXTURES, 'invalid', file);
    const told = await verify(path, '--any-image', '--allow-debug', '--at', 'document');
    expect(told).toMatchObject({ exit: 1, verified: false, code: expect.any(String) });
    expect(told.checks.filter(({ ok }) => ok === false)).toHaveLength(1);
  });

  it('the text output names the failed rule', async () => {
    const path = join(FIXTURES, 'invalid', 'derived-sig-bit-flip.b64');
    const { code, stdout } = await run(
      ['verify-attestation', path, '--any-image', '--at', 'document'],
      world,
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ signature\b/);
    expect(stdout).toContain('NOT VERIFIED: signature_invalid');
  });
});

describe('when a verdict is explained', () => {
  const path = join(FIXTURES, 'evervault-prod-2023.b64');

  it('shows certificates with their validity, registers with their names, and the other fields', async () => {
    const { stdout } = await run(['verify-attestation', path, '--any-image', '--at', 'document'], world);
    expect(stdout).toMatch(
      /^ {2}2019-10-28 13:28:05 {2}2049-10-28 14:28:05 {2}C=US, .*CN=aws\.nitro-enclaves$/m,
    );
    expect(stdout).toMatch(
      /^ {2}2023-01-18 13:07:13 {2}2023-01-18 16:07:16 {2}.*enc0185c4fd382eeb25\.us-east-1\.aws$/m,
    );
    expect(stdout).toMatch(/^ {2}PCR0 {2}image +d265a83f\w+$/m);
    expect(stdout).toMatch(/^ {2}PCR8 {2}signer of the image +97c5395a\w+$/m);
    expect(stdout).not.toContain('PCR5');
    expect(stdout).toMatch(/^ {2}Nonce +256 bytes: 20c77900\w+…$/m);
  });

  it('shows the chain of an expired document, in text and in JSON', async () => {
    const { stdout } = await run(['verify-attestation', path, '--any-image', '--json'], world);
    const told = JSON.parse(stdout) as { certificates: object[] };
    expect(told).toMatchObject({ code: 'certificate_expired', publicKey: null, nonce: expect.any(String) });
    expect(told.certificates).toHaveLength(5);
    expect(told.certificates[4]).toMatchObject({ notAfter: Date.UTC(2023, 0, 18, 16, 7, 16, 999) });
  });

  it('shows the complete public key, so that it can be compared', async () => {
    const file = join(FIXTURES, 'anjuna-prod-rsapubkey-2021.b64');
    const flags = ['verify-attestation', file, '--any-image', '--at', 'document'];
    const { publicKey } = JSON.parse((await run([...flags, '--json'], world)).stdout) as {
      publicKey: string;
    };
    expect(publicKey).toMatch(/^[0-9a-f]{588}$/);
    expect((await run(flags, world)).stdout).toContain(`294 bytes: ${publicKey}\n`);
  });

  it('sends no control character of a document to the terminal', async () => {
    const file = join(home, 'hostile.bin');
    writeFileSync(file, buildDocument({ payload: { module_id: '\u001b[2J\u0007name' } }).bytes);
    const { stdout } = await run(['verify-attestation', file, '--any-image', '--at', 'document'], world);
    expect(stdout).toContain('NOT VERIFIED: root_untrusted');
    expect(stdout).toContain('\\u001b[2J\\u0007name');
    const controls = Array.from(stdout, (letter) => letter.charCodeAt(0)).filter(
      (code) => code < 32 && code !== 10,
    );
    expect(controls).toEqual([]);
  });
});
