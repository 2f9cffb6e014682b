import { describe, expect, it } from 'vitest';
import { isContained, judgePolicy, type KeyPolicy, keyPolicy } from '../../src/kms/policy.ts';

const FACTS = {
  account: '123456789012',
  roleArn: 'arn:aws:iam::123456789012:role/parent',
  pcrs: { 0: 'aa'.repeat(48), 1: 'bb'.repeat(48), 2: 'cc'.repeat(48) },
  locked: true,
} as const;
const template = keyPolicy(FACTS);

/** The template, changed as JSON. */
function judge(change: (policy: Record<string, never> & KeyPolicy) => unknown, grants = 0) {
  const copy = structuredClone(template) as Record<string, never> & KeyPolicy;
  return judgePolicy(JSON.stringify(change(copy)), grants, template);
}

describe('when a live policy is judged', () => {
  it('the template itself is locked, whatever its order and spelling of lists', () => {
    expect(judge((policy) => policy)).toBe('locked');
    expect(judgePolicy(JSON.stringify(template, null, 2), 0, template)).toBe('locked');
    expect(judge((policy) => ({ Id: 'mine', ...policy, Statement: policy.Statement.toReversed() }))).toBe(
      'locked',
    );
    const lists = (policy: KeyPolicy) =>
      policy.Statement.map((one) => ({ ...one, Action: one.Action.toReversed(), Resource: ['*'] }));
    expect(judge((policy) => ({ ...policy, Statement: lists(policy) }))).toBe('locked');
  });

  it('one more statement, one less, or another measurement is mutable', () => {
    const more = { Sid: 'More', Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt', Resource: '*' };
    expect(judge((policy) => ({ ...policy, Statement: [...policy.Statement, more] }))).toBe('mutable');
    for (let index = 0; index < template.Statement.length; index++) {
      const less = (policy: KeyPolicy) => policy.Statement.toSpliced(index, 1);
      expect(judge((policy) => ({ ...policy, Statement: less(policy) }))).toBe('mutable');
    }
    const other = keyPolicy({ ...FACTS, pcrs: { ...FACTS.pcrs, 2: 'dd'.repeat(48) } });
    expect(judgePolicy(JSON.stringify(other), 0, template)).toBe('mutable');
    const unlocked = keyPolicy({ ...FACTS, locked: false });
    expect(judgePolicy(JSON.stringify(unlocked), 0, template)).toBe('mutable');
  });

  it('a grant beside it is mutable', () => {
    expect(judge((policy) => policy, 1)).toBe('mutable');
  });

  it('what is no policy is mutable', () => {
    for (const text of ['', 'null', '[]', '{}', '"x"', '{"Statement":']) {
      expect(judgePolicy(text, 0, template)).toBe('mutable');
    }
  });
});

describe('when the policy is made', () => {
  const actionsOf = (sid: string, policy = template) =>
    policy.Statement.find((one) => one.Sid === sid)?.Action;

  it('locked, everybody is denied every way around it', () => {
    expect(actionsOf('Locked')).toEqual([
      'kms:PutKeyPolicy',
      'kms:CreateGrant',
      'kms:ReplicateKey',
      'kms:ImportKeyMaterial',
      'kms:ScheduleKeyDeletion',
    ]);
    expect(
      template.Statement.filter((one) => one.Effect === 'Deny').every((one) => one.Principal === '*'),
    ).toBe(true);
  });

  it('mutable, the administrator keeps the key, and unattested use stays denied', () => {
    const unlocked = keyPolicy({ ...FACTS, locked: false });
    expect(actionsOf('Locked', unlocked)).toBeUndefined();
    expect(actionsOf('Administration', unlocked)).toEqual(['kms:*']);
    for (const sid of ['OtherPcr0', 'OtherPcr1', 'OtherPcr2']) {
      expect(actionsOf(sid, unlocked)).toEqual(['kms:Decrypt', 'kms:GenerateDataKey*']);
    }
    expect(actionsOf('Planting', unlocked)).toEqual(['kms:Encrypt', 'kms:ReEncrypt*']);
  });
});

describe('when a key is described', () => {
  const key = { KeyState: 'Enabled', Origin: 'AWS_KMS', KeySpec: 'SYMMETRIC_DEFAULT', MultiRegion: false };

  it('material from outside, copies in other regions and keys out of use are not contained', () => {
    expect(isContained(key)).toBe(true);
    for (const change of [
      { Origin: 'EXTERNAL' },
      { Origin: 'EXTERNAL_KEY_STORE' },
      { MultiRegion: true },
      { KeyState: 'PendingDeletion' },
      { KeySpec: 'RSA_2048' },
    ]) {
      expect(isContained({ ...key, ...change })).toBe(false);
    }
    expect(isContained({})).toBe(false);
  });
});
