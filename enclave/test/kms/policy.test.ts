import { type KeyPolicy, keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { describe, expect, it } from 'vitest';
import { isContained, judgePolicy } from '../../src/kms/policy.ts';

const OWN = { 0: 'aa'.repeat(48), 1: 'bb'.repeat(48), 2: 'cc'.repeat(48) };
const OLD = { ...OWN, 0: 'dd'.repeat(48), 2: 'ee'.repeat(48) };
const WHERE = { account: '123456789012', roleArn: 'arn:aws:iam::123456789012:role/parent' };
const FACTS = { ...WHERE, images: [OWN], locked: true } as const;
const EXPECTED = { ...WHERE, own: OWN, predecessors: [] };
const template = keyPolicy(FACTS);

/** Judges the template after a change as JSON. */
function judge(change: (policy: Record<string, never> & KeyPolicy) => unknown, grants = 0) {
  const copy = structuredClone(template) as Record<string, never> & KeyPolicy;
  return judgePolicy(JSON.stringify(change(copy)), grants, EXPECTED);
}

describe('when a live policy is judged', () => {
  it('the template itself is locked, for any order and spelling of lists', () => {
    expect(judge((policy) => policy)).toBe('locked');
    expect(judgePolicy(JSON.stringify(template, null, 2), 0, EXPECTED)).toBe('locked');
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
    const other = keyPolicy({ ...FACTS, images: [{ ...OWN, 2: 'dd'.repeat(48) }] });
    expect(judgePolicy(JSON.stringify(other), 0, EXPECTED)).toBe('mutable');
    const unlocked = keyPolicy({ ...FACTS, locked: false });
    expect(judgePolicy(JSON.stringify(unlocked), 0, EXPECTED)).toBe('mutable');
  });

  it('the image with all its predecessors, or the image alone, is locked; any other set is mutable', () => {
    const live = (images: readonly (typeof OWN)[]) => JSON.stringify(keyPolicy({ ...FACTS, images }));
    const successor = { ...EXPECTED, predecessors: [OLD] };
    expect(judgePolicy(live([OLD, OWN]), 0, successor)).toBe('locked');
    expect(judgePolicy(live([OWN, OWN]), 0, successor)).toBe('locked');
    expect(judgePolicy(live([OLD]), 0, successor)).toBe('mutable');
    expect(judgePolicy(live([OLD, OWN]), 0, EXPECTED)).toBe('mutable');
    expect(judgePolicy(live([OLD, OWN, { ...OLD, 0: '11'.repeat(48) }]), 0, successor)).toBe('mutable');
  });

  it('a policy on PCR0 alone is mutable, because PCR 1 and 2 show where the parts of an image end', () => {
    const live = keyPolicy({ ...FACTS, images: [{ 0: OWN[0] }] });
    expect(judgePolicy(JSON.stringify(live), 0, EXPECTED)).toBe('mutable');
  });

  it('it is locked for any administrator of the account, and mutable for others or without the lock', () => {
    const by = (adminArn: string, locked = true) =>
      judgePolicy(JSON.stringify(keyPolicy({ ...FACTS, adminArn, locked })), 0, EXPECTED);
    expect(by('arn:aws:iam::123456789012:role/admins/keys')).toBe('locked');
    expect(by('arn:aws:iam::123456789012:role/admins/keys', false)).toBe('mutable');
    for (const arn of ['*', 'arn:aws:iam::999999999999:root', 'arn:aws:iam::123456789012:role/*']) {
      expect(by(arn)).toBe('mutable');
    }
  });

  it('a grant beside it is mutable', () => {
    expect(judge((policy) => policy, 1)).toBe('mutable');
  });

  it('a value that is no policy is mutable', () => {
    for (const text of ['', 'null', '[]', '{}', '"x"', '{"Statement":']) {
      expect(judgePolicy(text, 0, EXPECTED)).toBe('mutable');
    }
  });
});

describe('when a key is described', () => {
  const key = { KeyState: 'Enabled', Origin: 'AWS_KMS', KeySpec: 'SYMMETRIC_DEFAULT', MultiRegion: false };

  it('imported material, copies in other regions and disabled keys are not contained', () => {
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
