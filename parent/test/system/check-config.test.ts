/** The built parent, run only to check its configuration. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pa-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = {
  ENCLAVE_ENDPOINT: `unix:${folder}/enclave`,
  EGRESS_ENDPOINT: `unix:${folder}/egress`,
  EGRESS_ALLOW: 'api.binance.com:443',
  KMS_KEY_ARN: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
  KMS_ROLE_ARN: 'arn:aws:iam::123456789012:role/parent',
  STORE_PATH: join(folder, 'store'),
};

function check(env: Record<string, string>, ...options: string[]) {
  const words = ['--conditions=untrusted', MAIN, ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('when --check-config is given', () => {
  it('a valid configuration exits with 0, and no file or socket is created', () => {
    const { status, stdout, stderr } = check(GOOD, '--check-config');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('the configuration can be used');
    for (const path of ['store', 'enclave', 'egress']) expect(existsSync(join(folder, path))).toBe(false);
  });

  it('an invalid one exits with 1, and prints every fault', () => {
    const { status, stdout } = check(
      { ...GOOD, ENCLAVE_PORT: 'x', DATABASE_URL: 'secret' },
      '--check-config',
    );
    expect(status).toBe(1);
    expect(stdout).toMatch(/faults: 2\n {2}ENCLAVE_PORT: .*\n {2}DATABASE_URL: /);
    expect(stdout).not.toContain('secret');
  });

  it('a misspelt option does not start a parent', () => {
    const { status, stderr } = check(GOOD, '--check-confg');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^config_invalid: /);
  });
});
