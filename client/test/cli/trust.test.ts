/** Stored trust: it is used without options, replaced by options, and shown in both cases. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReportExplanation } from '@perf-aggregator/attestation';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toEntry } from '../../src/cli/trust-entry.ts';
import { keepWorldTrust } from '../../src/cli/trust-store.ts';
import { heldAgainst, reportVerdict } from '../../src/cli/verdict.ts';
import { FakeService, MADE_AT, PCRS, ROOT } from '../sdk/fake-service.ts';
import { run } from './cli.ts';

const FIXTURES = fileURLToPath(new URL('../../../attestation/test/fixtures/', import.meta.url));
const REAL = join(FIXTURES, 'evervault-prod-2023.b64');
const OTHER_PCR = `0=${'cd'.repeat(48)}`;
let home: string;
let root: string;
let service: FakeService;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-trust-'));
  root = join(home, 'root.pem');
  writeFileSync(root, `-----BEGIN CERTIFICATE-----\n${encodeBase64(ROOT)}\n-----END CERTIFICATE-----\n`);
  service = new FakeService();
});
afterEach(() => rmSync(home, { recursive: true }));

const cliWith = (environment: Record<string, string>, argv: readonly string[]) =>
  run(argv, {
    ...{ clock: { now: () => MADE_AT }, home },
    environment: { PERF_AGGREGATOR_API_KEY: 'k', PERF_AGGREGATOR_API_SECRET: 's', ...environment },
    adapter: service.adapter,
  });
const cli = (...argv: string[]) => cliWith({}, argv);
const at = ['--url', 'http://service.test'];
const pcr = `0=${PCRS[0]}`;
const codeOf = async (told: Promise<{ error: unknown }>) => (await told).error;

describe('when trust was stored', () => {
  it('quote and register need no options, and print what is trusted, with a warning where it is weak', async () => {
    expect((await cli('trust', 'add', '--root', root, '--any-image')).code).toBe(0);
    for (const argv of [['quote'], ['register', '--user', 'u']]) {
      const { code, stdout, stderr } = await cli(...argv, ...at);
      expect([code, stdout]).toEqual([0, expect.stringContaining('SIMULATED')]);
      expect(stderr).toMatch(
        /^trusted as kept in .*trust\.json \(default\): SIMULATED: not AWS's root, but [0-9a-f]{16}…; ANY IMAGE/,
      );
    }
    const { stdout, stderr } = await cli('quote', ...at, '--json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      trust: { from: 'kept', of: 'default', file: join(home, 'trust.json') },
    });
  });

  it('verify-attestation and verify use it too', async () => {
    await cli('trust', 'add', '--any-image');
    const { code, stderr } = await cli('verify-attestation', REAL, '--at', 'document');
    expect([code, stderr]).toEqual([0, expect.stringContaining("AWS's root; ANY IMAGE")]);
    await cli('trust', 'add', '--pcr', OTHER_PCR);
    expect((await cli('verify-attestation', REAL, '--at', 'document')).stdout).toMatch(
      /: pcr_mismatch\nhint: /,
    );
    const bundle = join(home, 'bundle.json');
    writeFileSync(bundle, '{}');
    expect((await cli('verify', bundle)).stderr).toContain('PCR0 cdcdcdcdcdcdcdcd…');
  });

  it('trust in a simulation does not apply to real evidence, and trust in AWS not to a simulation', async () => {
    await cli('trust', 'add', '--root', root, '--any-image');
    const told = await cli('verify-attestation', REAL, '--at', 'document', '--json');
    expect([told.code, JSON.parse(told.stdout)]).toMatchObject([
      1,
      { verified: false, simulated: false, code: 'root_untrusted' },
    ]);
    await cli('trust', 'add', '--any-image');
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'root_untrusted' });
  });

  it('the entry of a service is used before the default', async () => {
    await cli('trust', 'add', '--root', root, '--pcr', OTHER_PCR);
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'pcr_mismatch' });
    await cli('trust', 'add', '--url', 'http://service.test/', '--root', root, '--pcr', pcr);
    expect((await cli('quote', ...at)).code).toBe(0);
    expect((await cli('trust', 'list')).stdout).toMatch(
      /default +SIMULATED.*\n +http:\/\/service\.test +SIMULATED/,
    );
    expect((await cli('trust', 'remove', '--url', 'http://service.test')).code).toBe(0);
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'pcr_mismatch' });
    expect((await cli('trust', 'remove')).code).toBe(0);
    // Only AWS's root is left.
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'root_untrusted' });
    expect((await cli('trust', 'remove')).error).toMatchObject({ code: 'option_invalid' });
  });

  it('configuration and key policy are used too', async () => {
    await cli('trust', 'add', '--root', root, '--pcr', pcr, '--config-sha256', '06'.repeat(32));
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'config_mismatch' });
    await cli('trust', 'add', '--root', root, '--pcr', pcr, '--kms-policy', 'mutable');
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'kms_policy_unacceptable' });
    await cli('trust', 'add', '--root', root, '--pcr', pcr, '--config-sha256', '05'.repeat(32));
    expect((await cli('quote', ...at)).code).toBe(0);
  });
});

describe('when a configuration is stored', () => {
  const hash = '05'.repeat(32);
  const judged = (configSha256: string) =>
    ({
      ...{ verified: true, simulated: false, code: null, checks: [{ rule: 'bundle', ok: true, detail: '' }] },
      claims: { configSha256 },
    }) as unknown as ReportExplanation;
  const trust = { pcrs: 'any-image' as const, allowDebug: false };

  it('a report with another configuration does not verify', () => {
    const same = heldAgainst({ ...trust, configSha256: hash }, judged(hash));
    expect(same).toMatchObject({ verified: true, code: null });
    expect(same.checks.at(-1)).toMatchObject({ rule: 'configuration', ok: true });
    const other = heldAgainst({ ...trust, configSha256: hash }, judged('06'.repeat(32)));
    expect(other).toMatchObject({ verified: false, code: 'config_mismatch' });
    expect(other.checks.at(-1)).toMatchObject({ rule: 'configuration', ok: false });
    expect(reportVerdict(other)).toMatch(/^NOT VERIFIED: config_mismatch\nhint: Send nothing/);
  });

  it('no note is printed when none is stored, or when the report is refused anyway', () => {
    const fine = judged(hash);
    expect(heldAgainst(trust, fine)).toBe(fine);
    const refused = { ...fine, verified: false, code: 'report_expired' as const };
    expect(heldAgainst({ ...trust, configSha256: hash }, refused)).toBe(refused);
  });

  it('a document alone cannot be compared with it, and the output says so', async () => {
    await cli('trust', 'add', '--any-image', '--config-sha256', hash);
    const { code, stderr } = await cli('verify-attestation', REAL, '--at', 'document');
    expect([code, stderr]).toEqual([0, expect.stringContaining('not looked at here')]);
    await cli('trust', 'add', '--any-image');
    const without = await cli('verify-attestation', REAL, '--at', 'document');
    expect(without.stderr).not.toContain('not looked at');
  });
});

describe('when a command has trust options', () => {
  const all = () => ['--root', root, '--pcr', pcr, '--config-sha256', '05'.repeat(32)];

  it.each([
    // Together with the stored trust each option would be enough. Alone it is not.
    ['--pcr', pcr],
    ['--any-image'],
    ['--config-sha256', '05'.repeat(32)],
    ['--kms-policy', 'locked'],
    ['--allow-debug'],
  ])('%s %s: stored trust is not added', async (...flags) => {
    await cli('trust', 'add', ...all());
    expect((await cli('quote', ...at)).code).toBe(0);
    const { code, stderr } = await cli('quote', ...at, ...flags);
    expect(code).toBe(1);
    expect(stderr).not.toContain('trusted as kept');
  });

  it('a root alone names no image, and the message gives the reason', async () => {
    await cli('trust', 'add', ...all());
    const { error, stderr } = await cli('quote', ...at, '--root', root);
    expect(error).toMatchObject({ code: 'policy_empty' });
    expect(stderr).toContain('the options of this command replace it');
  });

  it('a damaged file of stored trust does not matter', async () => {
    await cli('trust', 'add', '--pcr', OTHER_PCR, '--config-sha256', '07'.repeat(32));
    expect((await cli('quote', ...at, '--root', root, '--pcr', pcr)).code).toBe(0);
    // The file was edited by hand.
    writeFileSync(join(home, 'trust.json'), '{', { mode: 0o600 });
    expect((await cli('quote', ...at, '--root', root, '--pcr', pcr)).code).toBe(0);
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'trust_unsafe' });
    const { stderr } = await cli('quote', ...at, '--root', root, '--any-image');
    expect(stderr).toBe('ANY IMAGE: no measurement is checked\n');
  });
});

describe('when trust is added', () => {
  it.each([
    ['nothing', [], 'option_invalid'],
    ['a configuration without an image', ['--config-sha256', '05'.repeat(32)], 'option_invalid'],
    ['an image of zeros', ['--pcr', `0=${'0'.repeat(96)}`], 'policy_invalid'],
    ['zeros beside an image', ['--pcr', pcr, '--pcr', `1=${'0'.repeat(96)}`], 'policy_invalid'],
    ['no PCR0', ['--pcr', `1=${PCRS[1]}`], 'policy_invalid'],
    ['a short measurement', ['--pcr', '0=abab'], 'policy_invalid'],
  ])('%s is refused, and nothing is stored', async (_, flags, code) => {
    expect(await codeOf(cli('trust', 'add', ...flags))).toMatchObject({ code });
    expect(readdirSync(home)).toEqual(['root.pem']);
  });

  it('an invalid root is refused', async () => {
    writeFileSync(root, '-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n');
    expect(await codeOf(cli('trust', 'add', '--root', root, '--any-image'))).toMatchObject({
      code: 'root_invalid',
    });
    expect(await codeOf(cli('trust', 'add', '--root', root))).toMatchObject({ code: 'option_invalid' });
    expect(readdirSync(home)).toEqual(['root.pem']);
  });

  it('releases are stored unchanged when their signature is valid', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    const [key, file] = [join(home, 'key.pem'), join(home, 'measurements.json')];
    const text = releases(null);
    writeFileSync(key, publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(file, text);
    writeFileSync(`${file}.sig`, sign('sha384', Buffer.from(`${text} `), privateKey));
    const add = ['trust', 'add', '--root', root, '--measurements', file, '--measurements-key', key];
    expect(await codeOf(cli(...add))).toMatchObject({ code: 'measurements_signature_invalid' });
    writeFileSync(`${file}.sig`, sign('sha384', Buffer.from(text), privateKey));
    expect((await cli(...add)).code).toBe(0);
    // Later changes of the original file have no effect.
    writeFileSync(file, '{}');
    const { code, stderr } = await cli('quote', ...at);
    expect([code, stderr]).toEqual([0, expect.stringContaining('releases 1.0.0 (aaaaaaaaaaaa)')]);
  });

  it('expired releases are not used any more', async () => {
    const file = join(home, 'measurements.json');
    writeFileSync(file, releases(new Date(MADE_AT + 1_000).toISOString()));
    await cli('trust', 'add', '--root', root, '--measurements', file);
    expect((await cli('quote', ...at)).code).toBe(0);
    const later = { clock: { now: () => MADE_AT + 2_000 }, home, adapter: service.adapter };
    expect(await codeOf(run(['quote', ...at], later))).toMatchObject({ code: 'measurements_expired' });
    expect((await run(['trust', 'list'], later)).stdout).toMatch(/default +nothing any more: /);
  });

  it('the JSON output shows it', async () => {
    const added = JSON.parse((await cli('trust', 'add', '--any-image', '--json')).stdout) as unknown;
    expect(added).toEqual({
      file: join(home, 'trust.json'),
      of: 'default',
      says: "AWS's root; ANY IMAGE: no measurement is checked",
    });
    expect(JSON.parse((await cli('trust', 'list', '--json')).stdout)).toMatchObject([
      { of: 'default', addedAt: MADE_AT },
    ]);
    expect(JSON.parse((await cli('trust', 'remove', '--json')).stdout)).toEqual({ removed: 'default' });
    expect((await cli('trust', 'list')).stdout).toContain('nothing is kept');
  });
});

describe('when PERF_AGGREGATOR_TRUST names a file', () => {
  it('only that file is used', async () => {
    await cli('trust', 'add', '--root', root, '--pcr', pcr);
    const named = join(home, 'named.json');
    const missing = { PERF_AGGREGATOR_TRUST: named };
    expect(await codeOf(cliWith(missing, ['quote', ...at]))).toMatchObject({ code: 'file_unreadable' });
    writeFileSync(named, readFileSync(join(home, 'trust.json')), { mode: 0o600 });
    rmSync(join(home, 'trust.json'));
    expect((await cliWith(missing, ['quote', ...at])).code).toBe(0);
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'root_untrusted' });
  });
});

describe('when the folder is that of a simulated world', () => {
  const keep = () =>
    keepWorldTrust(
      home,
      'http://service.test',
      toEntry({ roots: [ROOT], pcrs: [PCRS], allowDebug: false }, 1),
    );

  it('its service and its evidence are trusted as SIMULATED, and real evidence is not', async () => {
    keep();
    const { code, stdout, stderr } = await cli('quote', ...at);
    expect([code, stdout]).toEqual([0, expect.stringContaining('SIMULATED')]);
    expect(stderr).toContain('(local world): SIMULATED');
    expect(await codeOf(cli('quote', '--url', 'http://elsewhere.test'))).toMatchObject({
      code: 'root_untrusted',
    });
    expect((await cli('verify-attestation', REAL, '--at', 'document')).stdout).toContain(
      'NOT VERIFIED: root_untrusted',
    );
  });

  it('trust of the user is used first', async () => {
    keep();
    await cli('trust', 'add', '--any-image');
    expect((await cli('verify-attestation', REAL, '--at', 'document')).code).toBe(0);
    expect(await codeOf(cli('quote', ...at))).toMatchObject({ code: 'root_untrusted' });
  });
});

function releases(notAfter: string | null): string {
  const hash = 'ab'.repeat(32);
  return JSON.stringify({
    format: 'perf-aggregator/measurements/1',
    releases: [
      {
        ...{ version: '1.0.0', commit: 'a'.repeat(40), notAfter, reason: null, pcrs: PCRS },
        ...{ rootFileSystem: { sha256: hash, bytes: 1 }, sbom: hash, base: 'x', tools: {} },
        configuration: { 'enclave.json': hash, 'ca.pem': hash },
      },
    ],
  });
}
