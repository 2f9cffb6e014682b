import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pa-kms-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [A, B, ONE, TWO] = ['ab', 'cd', '11', '22'].map((byte) => byte.repeat(48)) as [
  string,
  string,
  string,
  string,
];
const ROLE = 'arn:aws:iam::123456789012:role/parent';
const kmsPolicy = (...argv: string[]) =>
  run(['kms-policy', ...argv], { clock: { now: () => 0 }, home: folder });

function check(content: string | null, ...argv: string[]) {
  const file = join(folder, 'policy.json');
  rmSync(file, { force: true });
  if (content !== null) writeFileSync(file, content);
  return kmsPolicy('--check', file, ...argv);
}

describe('when a key policy is printed', () => {
  it('it is the template that the enclave compares with, as text and as JSON', async () => {
    const flags = [
      '--pcr0',
      A,
      B.toUpperCase(),
      '--pcr1',
      ONE,
      ONE,
      '--pcr2',
      TWO,
      TWO,
      '--role-arn',
      ROLE,
      '--lock',
    ];
    const images = [
      { 0: A, 1: ONE, 2: TWO },
      { 0: B, 1: ONE, 2: TWO },
    ];
    for (const argv of [flags, [...flags, '--json']]) {
      const { code, stdout, stderr } = await kmsPolicy(...argv);
      expect([code, stderr]).toEqual([0, '']);
      const template = keyPolicy({ account: '123456789012', roleArn: ROLE, images, locked: true });
      expect(JSON.parse(stdout)).toEqual(template);
    }
  });

  it('another account and an administrator may be named, and PCR0 alone causes a warning', async () => {
    const adminArn = 'arn:aws:iam::999999999999:role/keys';
    const argv = ['--pcr0', A, '--role-arn', ROLE, '--account', '999999999999'];
    const { code, stdout, stderr } = await kmsPolicy(...argv, '--admin-arn', adminArn);
    expect(code).toBe(0);
    expect(stderr).toContain('--pcr1 and --pcr2');
    const facts = { account: '999999999999', roleArn: ROLE, images: [{ 0: A }], locked: false };
    expect(JSON.parse(stdout)).toEqual(keyPolicy({ ...facts, adminArn }));
    expect(JSON.parse((await kmsPolicy(...argv)).stdout)).toEqual(keyPolicy(facts));
  });

  it.each([
    ['no PCR0', ['--role-arn', ROLE]],
    ['a short PCR0', ['--pcr0', 'ab', '--role-arn', ROLE]],
    ['the PCR0 of debug mode', ['--pcr0', '00'.repeat(48), '--role-arn', ROLE]],
    ['no role', ['--pcr0', A]],
    ['a role with a wildcard', ['--pcr0', A, '--role-arn', 'arn:aws:iam::123456789012:role/*']],
    ['an account that is none', ['--pcr0', A, '--role-arn', ROLE, '--account', '1']],
    ['a PCR1 without its PCR2', ['--pcr0', A, '--pcr1', ONE, '--role-arn', ROLE]],
  ])('%s is refused', async (_, argv) => {
    expect(await kmsPolicy(...argv)).toMatchObject({
      code: 2,
      stdout: '',
      error: { code: 'option_invalid' },
    });
  });
});

describe('when a key policy is checked', () => {
  const facts = { account: '123456789012', roleArn: ROLE, images: [{ 0: A, 1: ONE, 2: TWO }] };
  const locked = JSON.stringify(keyPolicy({ ...facts, locked: true }));
  const mutable = JSON.stringify(keyPolicy({ ...facts, locked: false }));

  it('the locked template is good, but only for the image that it names', async () => {
    expect(await check(locked, '--lock', '--pcr0', A)).toMatchObject({ code: 0 });
    const other = await check(locked, '--pcr0', B, '--json');
    expect(other.code).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({ attestedOnly: false });
  });

  it('the mutable one is good unless the caller requires a locked one', async () => {
    const { code, stdout } = await check(mutable);
    expect(code).toBe(0);
    expect(stdout).toContain('✓ attested only; not locked');
    expect(stdout).toContain('unlocked  policy_change_allowed  Administration: ');
    expect(await check(mutable, '--lock')).toMatchObject({ code: 1 });
  });

  it('the default policy is void', async () => {
    const Principal = { AWS: 'arn:aws:iam::123456789012:root' };
    const statement = { Sid: 'Enable IAM', Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' };
    const { code, stdout } = await check(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
    expect(code).toBe(1);
    expect(stdout).toContain('✗ attestation is void; not locked');
    expect(stdout).toContain('void  account_delegated  Enable IAM: ');
  });

  it('the name of a statement stays in its line', async () => {
    const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
    const Sid = 'x: y\n✓ attested only; locked\u202e';
    const { code, stdout } = await check(
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid, ...statement }] }),
    );
    expect(code).toBe(1);
    expect(stdout).toContain('x: y\\u000a✓ attested only; locked\\u202e');
    expect(stdout.match(/^✓/gm)).toBeNull();
  });

  it('a file that is no policy is refused with the place, and a missing file too', async () => {
    expect(await check('{')).toMatchObject({ code: 2, error: { code: 'key_policy_not_json' } });
    expect(await check('{}')).toMatchObject({ code: 2, error: { code: 'key_policy_malformed' } });
    expect(await check(null)).toMatchObject({ code: 2, error: { code: 'file_unreadable' } });
  });
});
