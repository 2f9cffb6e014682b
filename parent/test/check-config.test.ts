import { describe, expect, it } from 'vitest';
import { checkConfig } from '../src/check-config.ts';
import { describeVariables } from '../src/variables.ts';

const GOOD = {
  ENCLAVE_ENDPOINT: 'vsock://16:5000',
  EGRESS_ENDPOINT: 'unix:/tmp/egress',
  EGRESS_ALLOW: 'api.binance.com:443',
  KMS_KEY_ARN: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
  KMS_ROLE_ARN: 'arn:aws:iam::123456789012:role/parent',
};

/** Source and value of each variable, as printed in the text. */
function toldOf(text: string): Readonly<Record<string, readonly string[]>> {
  const [variables] = text.split('\n\n');
  return Object.fromEntries(
    variables!.split('\n').map((line) => {
      const [name, source, ...value] = line.split(/ +/);
      return [name!, [source!, value.join(' ')]];
    }),
  );
}

describe('when a configuration is checked', () => {
  it('every variable is listed with its source and its value', () => {
    const { isSound, text } = checkConfig({ ...GOOD, LOG_LEVEL: 'debug', STORE_PATH: '', HOME: '/root' });
    const told = toldOf(text);
    expect(isSound).toBe(true);
    expect(Object.keys(told)).toEqual(describeVariables().map(({ name }) => name));
    expect(told).toMatchObject({
      ENCLAVE_ENDPOINT: ['environment', 'vsock://16:5000'],
      LOG_LEVEL: ['environment', 'debug'],
      STORE_PATH: ['default', './data'],
      AWS_ACCESS_KEY_ID: ['absent', "(the instance's role)"],
    });
    expect(text).toMatch(/\n\nthe configuration can be used$/);
  });

  it('every fault is listed', () => {
    const { isSound, text } = checkConfig({ ...GOOD, ENCLAVE_PORT: 'x', EGRESS_ALLOW: 'a', KMS_KEY_ARN: '' });
    expect(isSound).toBe(false);
    expect(toldOf(text)['KMS_KEY_ARN']).toEqual(['absent', '(required)']);
    const [, faults] = text.split('\n\n');
    expect(faults!.split('\n').map((line) => line.split(':')[0]!.trim())).toEqual([
      'faults',
      'ENCLAVE_PORT',
      'EGRESS_ALLOW',
      'KMS_KEY_ARN',
    ]);
  });

  it.each([
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'DATABASE_URL',
    'ENCLAVE_PRIVATE_KEY_PATH',
    'ENCLAVE_PUBLIC_KEY_PATH',
  ])('the value of %s is not shown', (name) => {
    const { text } = checkConfig({ ...GOOD, [name]: 'value-that-may-be-secret' });
    expect(toldOf(text)[name]).toEqual(['environment', '(not shown)']);
    expect(text).not.toContain('may-be-secret');
  });

  it('the values in the tags of the instance are not known, and the output says so', () => {
    expect(checkConfig({ CONFIG_FROM_TAGS: 'true' }).text).toContain('tags of the instance are not asked');
    expect(checkConfig(GOOD).text).not.toContain('tags of the instance');
  });
});
