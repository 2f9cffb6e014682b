import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/codec/canonical-json.ts';
import { isSamePolicy, type KeyPolicy, keyPolicy } from '../../src/kms/key-policy.ts';

const OWN = { 0: 'aa'.repeat(48), 1: 'bb'.repeat(48), 2: 'cc'.repeat(48) };
const OLD = { 0: 'dd'.repeat(48), 1: 'bb'.repeat(48), 2: 'ee'.repeat(48) };
const FACTS = {
  account: '123456789012',
  roleArn: 'arn:aws:iam::123456789012:role/parent',
  images: [OWN],
  locked: true,
} as const;
const PREFIX = 'kms:RecipientAttestation:';
const statementOf = (sid: string, policy: KeyPolicy) => policy.Statement.find((one) => one.Sid === sid);
const actionsOf = (sid: string, policy: KeyPolicy) => statementOf(sid, policy)?.Action;

describe('when the key policy is created', () => {
  it('only attested code of this image is allowed, and everything else denied', () => {
    const policy = keyPolicy(FACTS);
    expect(statementOf('AttestedUse', policy)).toEqual({
      Sid: 'AttestedUse',
      Effect: 'Allow',
      Principal: { AWS: FACTS.roleArn },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
      Condition: {
        StringEqualsIgnoreCase: {
          [`${PREFIX}ImageSha384`]: [OWN[0]],
          [`${PREFIX}PCR0`]: [OWN[0]],
          [`${PREFIX}PCR1`]: [OWN[1]],
          [`${PREFIX}PCR2`]: [OWN[2]],
        },
      },
    });
    for (const index of [0, 1, 2] as const) {
      expect(statementOf(`OtherPcr${index}`, policy)).toMatchObject({
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Condition: { StringNotEqualsIgnoreCase: { [`${PREFIX}PCR${index}`]: [OWN[index]] } },
      });
    }
    const denies = policy.Statement.filter((one) => one.Effect === 'Deny');
    expect(denies.every((one) => one.Principal === '*')).toBe(true);
  });

  it('locked, everybody is denied every way around it', () => {
    expect(actionsOf('Locked', keyPolicy(FACTS))).toEqual([
      'kms:PutKeyPolicy',
      'kms:CreateGrant',
      'kms:ReplicateKey',
      'kms:ImportKeyMaterial',
      'kms:ScheduleKeyDeletion',
    ]);
  });

  it('mutable, the administrator keeps control of the key, and unattested use stays denied', () => {
    const policy = keyPolicy({ ...FACTS, locked: false });
    expect(actionsOf('Locked', policy)).toBeUndefined();
    expect(actionsOf('Administration', policy)).toEqual(['kms:*']);
    for (const sid of ['OtherPcr0', 'OtherPcr1', 'OtherPcr2']) {
      expect(actionsOf(sid, policy)).toEqual(['kms:Decrypt', 'kms:GenerateDataKey*']);
    }
    expect(actionsOf('Planting', policy)).toEqual(['kms:Encrypt', 'kms:ReEncrypt*']);
  });

  it('several images are listed together, each value once', () => {
    const policy = keyPolicy({ ...FACTS, images: [OWN, OLD] });
    expect(statementOf('OtherPcr0', policy)?.Condition).toEqual({
      StringNotEqualsIgnoreCase: { [`${PREFIX}PCR0`]: [OWN[0], OLD[0]] },
    });
    expect(statementOf('OtherPcr1', policy)?.Condition).toEqual({
      StringNotEqualsIgnoreCase: { [`${PREFIX}PCR1`]: [OWN[1]] },
    });
  });

  it('a register that an image does not name is not required', () => {
    const policy = keyPolicy({ ...FACTS, images: [OWN, { 0: OLD[0] }] });
    expect(policy.Statement.filter(({ Sid }) => Sid.startsWith('OtherPcr')).map(({ Sid }) => Sid)).toEqual([
      'OtherPcr0',
    ]);
  });

  it('the administrator is the account in the partition of the role, unless another one is named', () => {
    const roleArn = 'arn:aws-us-gov:iam::123456789012:role/parent';
    expect(statementOf('Administration', keyPolicy({ ...FACTS, roleArn }))?.Principal).toEqual({
      AWS: 'arn:aws-us-gov:iam::123456789012:root',
    });
    const adminArn = 'arn:aws:iam::123456789012:role/keys';
    expect(statementOf('Administration', keyPolicy({ ...FACTS, adminArn }))?.Principal).toEqual({
      AWS: adminArn,
    });
  });
});

describe('when two policies are compared', () => {
  it('order, lists of one and Id do not matter, but values do', () => {
    const policy = keyPolicy(FACTS) as unknown as { [key: string]: Json } & KeyPolicy;
    const turned = { ...policy, Id: 'mine', Statement: policy.Statement.toReversed() } as unknown as Json;
    expect(isSamePolicy(policy, turned)).toBe(true);
    expect(isSamePolicy(policy, keyPolicy({ ...FACTS, images: [OLD] }) as unknown as Json)).toBe(false);
  });
});
