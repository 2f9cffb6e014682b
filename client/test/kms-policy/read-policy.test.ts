import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyPolicyError } from '../../src/kms-policy/errors.ts';
import { readPolicy } from '../../src/kms-policy/read-policy.ts';

const ONE = { Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt', Resource: '*' };
const policyOf = (statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement: statement });

function refusalOf(text: string): { code: string; message: string } {
  try {
    readPolicy(text);
  } catch (error) {
    expect(error).toBeInstanceOf(KeyPolicyError);
    return { code: (error as KeyPolicyError).code, message: (error as Error).message };
  }
  return { code: 'accepted', message: '' };
}

describe('when a policy is read', () => {
  it('a single statement and single values are lists', () => {
    const [statement] = readPolicy(policyOf({ ...ONE, Condition: { Bool: { x: true } } })).statements;
    expect(statement).toMatchObject({ Action: ['kms:Decrypt'], Condition: { Bool: { x: ['true'] } } });
  });

  it.each<[string, string, string, string]>([
    ['nothing', '', 'key_policy_not_json', 'line 1, column 1'],
    ['half of one', '{\n  "Statement": [', 'key_policy_not_json', 'line 2, column 17'],
    ['a comment', '// x\n{}', 'key_policy_not_json', 'line 1, column 1'],
    ['a list', '[]', 'key_policy_malformed', 'line 1, column 1'],
    ['another document', '{"a": 1}', 'key_policy_malformed', 'line 1, column 1: Statement'],
    ['an unknown effect', policyOf({ ...ONE, Effect: 'allow' }), 'key_policy_malformed', 'Statement.Effect'],
    ['an unknown member', policyOf([ONE, { ...ONE, Conditions: {} }]), 'key_policy_malformed', 'Statement.1'],
    ['no principal', policyOf([{ ...ONE, Principal: undefined }]), 'key_policy_malformed', 'NotPrincipal'],
    ['both actions', policyOf([{ ...ONE, NotAction: 'x' }]), 'key_policy_malformed', 'NotAction'],
    ['a member twice', '{\n "Statement": [],\n "Statement": []}', 'key_policy_malformed', 'line 3, column 2'],
    ['one too long', policyOf([{ ...ONE, Sid: 'x'.repeat(33_000) }]), 'key_policy_malformed', '32 KiB'],
  ])('%s is refused with its place', (_, text, code, message) => {
    const refusal = refusalOf(text);
    expect(refusal.code).toBe(code);
    expect(refusal.message).toContain(message);
  });

  it('the place is the one of the error', () => {
    const text = JSON.stringify({ Statement: [ONE, { ...ONE, Action: 7 }] }, null, 1);
    const line = text.split('\n').findIndex((one) => one.includes('7')) + 1;
    expect(refusalOf(text).message).toMatch(new RegExp(`^line ${line}, column 14: Statement\\.1\\.Action`));
  });

  it('no control character of it reaches the terminal', () => {
    const { message } = refusalOf(policyOf([{ ...ONE, '\u001b[31m': 1 }]));
    expect(message).toMatch(/^[ -~]+$/);
  });

  it('deep nesting and random text only throw coded errors', () => {
    expect(refusalOf('['.repeat(32_000)).code).toMatch(/^key_policy_/);
    expect(refusalOf(`${'['.repeat(16_000)}${']'.repeat(16_000)}`).code).toBe('key_policy_malformed');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(refusalOf(text).code).toMatch(/^key_policy_/);
      }),
    );
  });
});
