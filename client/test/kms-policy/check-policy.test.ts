import { keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../src/kms-policy/check-policy.ts';
import { readPolicy } from '../../src/kms-policy/read-policy.ts';

const PCR0 = 'ab'.repeat(48);
const OTHER = 'cd'.repeat(48);
const ZEROS = '00'.repeat(48);
const KEY = 'kms:RecipientAttestation:PCR0';
const IMAGE = { 0: PCR0, 1: '11'.repeat(48), 2: '22'.repeat(48) };
const FACTS = { account: '123456789012', roleArn: 'arn:aws:iam::123456789012:role/parent', locked: true };
const template = (changes: object = {}) => keyPolicy({ ...FACTS, images: [IMAGE], ...changes });

type Statement = Record<string, unknown>;
const statements = (policy = template()) => policy.Statement as unknown as Statement[];
const judge = (all: readonly unknown[], expected: string[] = []) =>
  checkPolicy(readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: all })), expected);
/** `code severity statement` of all findings. */
const said = (all: readonly unknown[], expected: string[] = []) =>
  judge(all, expected).findings.map(({ code, severity, statement }) => `${severity} ${code} ${statement}`);
const changed = (sid: string, change: Statement) =>
  statements().map((one) => (one['Sid'] === sid ? { ...one, ...change } : one));
const without = (...sids: string[]) => statements().filter((one) => !sids.includes(one['Sid'] as string));

const ALLOW = { Sid: 'Mine', Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:Decrypt', Resource: '*' };
const when = (operator: string, value: unknown, key = KEY) => ({
  Condition: { [operator]: { [key]: value } },
});

describe('when the template is checked', () => {
  it('locked, there are no findings', () => {
    expect(judge(statements())).toEqual({ attestedOnly: true, locked: true, images: [PCR0], findings: [] });
    const successor = { ...IMAGE, 0: OTHER, 2: '33'.repeat(48) };
    expect(judge(statements(template({ images: [IMAGE, successor] })))).toMatchObject({
      locked: true,
      images: [PCR0, OTHER],
    });
    const adminArn = 'arn:aws:iam::123456789012:role/keys';
    expect(judge(statements(template({ adminArn })))).toMatchObject({ locked: true });
  });

  it('mutable, attestation is required, and the powers of the administrator are listed', () => {
    const mutable = statements(template({ locked: false }));
    expect(judge(mutable)).toMatchObject({ attestedOnly: true, locked: false });
    expect(said(mutable)).toEqual([
      'unlocked policy_change_allowed Administration',
      'unlocked grants_allowed Administration',
      'unlocked replica_allowed Administration',
      'unlocked import_allowed Administration',
      'unlocked deletion_allowed Administration',
      'warning action_wildcard Administration',
    ]);
  });

  it('on PCR0 alone an enclave does not report it as locked', () => {
    const bare = statements(template({ images: [{ 0: PCR0 }] }));
    expect(said(bare)).toEqual(['unlocked registers_missing null']);
  });
});

describe('when another policy is checked', () => {
  it("the account's default statement voids an attested one beside it", () => {
    const account = { AWS: 'arn:aws:iam::123456789012:root' };
    const all = [
      { ...ALLOW, ...when('StringEqualsIgnoreCase', PCR0) },
      { Effect: 'Allow', Principal: account, Action: 'kms:*', Resource: '*' },
    ];
    expect(judge(all)).toMatchObject({ attestedOnly: false, locked: false });
    expect(said(all)).toEqual(
      expect.arrayContaining([
        'void account_delegated #1',
        'void action_wildcard #1',
        'void grants_allowed #1',
        'unlocked policy_change_allowed #1',
        'warning deny_missing null',
      ]),
    );
  });

  it.each<[string, Statement, string]>([
    ['no condition', {}, 'void allow_unattested Mine'],
    ['StringLike', when('StringLike', PCR0), 'void condition_operator Mine'],
    ['IfExists', when('StringEqualsIfExists', PCR0), 'void condition_operator Mine'],
    ['ForAnyValue', when('ForAnyValue:StringEquals', PCR0), 'void condition_operator Mine'],
    ['ForAllValues', when('ForAllValues:StringEquals', PCR0), 'void condition_operator Mine'],
    ['Null', when('Null', 'false'), 'void condition_operator Mine'],
    ['the operator of a Deny', when('StringNotEquals', PCR0), 'void condition_operator Mine'],
    ['zeros', when('StringEquals', [PCR0, ZEROS]), 'void pcr0_zeros Mine'],
    [
      'the kernel only',
      when('StringEquals', PCR0, 'kms:RecipientAttestation:PCR1'),
      'void condition_register Mine',
    ],
    [
      'the signer only',
      when('StringEquals', PCR0, 'kms:RecipientAttestation:PCR8'),
      'void condition_register Mine',
    ],
    ['another key', when('StringEquals', 'x', 'kms:ViaService'), 'void allow_unattested Mine'],
    ['NotAction', { Action: undefined, NotAction: 'kms:Sign' }, 'void not_action Mine'],
    ['NotPrincipal', { Principal: undefined, NotPrincipal: { AWS: '*' } }, 'void not_principal Mine'],
    ['NotResource', { Resource: undefined, NotResource: 'x' }, 'void not_resource Mine'],
    ['a wildcard', { Action: 'kms:De*' }, 'void action_wildcard Mine'],
  ])('%s in a lone Allow is void', (_, change, finding) => {
    const all = [{ ...ALLOW, ...change }];
    expect(judge(all).attestedOnly).toBe(false);
    expect(said(all)).toContain(finding);
  });

  it.each<[string, Statement, string | null]>([
    ['StringEquals in lower case', when('StringEquals', PCR0), null],
    ['ImageSha384', when('StringEquals', PCR0, 'kms:RecipientAttestation:ImageSha384'), null],
    ['StringEquals in upper case', when('StringEquals', PCR0.toUpperCase()), 'warning pcr0_case Mine'],
    ['a value cut short', when('StringEquals', PCR0.slice(1)), 'warning pcr0_malformed Mine'],
  ])('%s holds', (_, change, finding) => {
    const all = [{ ...ALLOW, ...change }];
    expect(judge(all).attestedOnly).toBe(true);
    if (finding !== null) expect(said(all)).toContain(finding);
    else expect(said(all).filter((one) => one.endsWith('Mine'))).toEqual([]);
  });

  it.each<[string, Statement[], string]>([
    [
      'a Deny for some',
      changed('OtherPcr0', { Principal: { AWS: FACTS.roleArn } }),
      'deny_principal OtherPcr0',
    ],
    [
      'a Deny of one key',
      changed('OtherPcr0', { Resource: 'arn:aws:kms:x:1:key/k' }),
      'deny_resource OtherPcr0',
    ],
    [
      'a Deny under a key id as well',
      changed('OtherPcr0', {
        Condition: { StringNotEquals: { [KEY]: PCR0 }, StringEquals: { 'kms:KeyId': 'k' } },
      }),
      'condition_extra OtherPcr0',
    ],
    ['a Deny without a value', changed('OtherPcr0', when('Null', 'true')), 'condition_operator OtherPcr0'],
    [
      'a Deny that lets debug pass',
      changed('OtherPcr0', when('StringNotEquals', ZEROS)),
      'pcr0_zeros OtherPcr0',
    ],
    ['no Deny', without('OtherPcr0', 'OtherPcr1', 'OtherPcr2'), 'allow_unattested Mine'],
    ['no Deny of planting', without('Planting'), 'allow_unattested Mine'],
  ])('with an open Allow beside it, %s is void', (_, all, finding) => {
    const open = { ...ALLOW, Action: ['kms:Decrypt', 'kms:Encrypt'] };
    expect(judge([...all, open]).attestedOnly).toBe(false);
    expect(said([...all, open])).toContain(`void ${finding}`);
  });

  it('behind the Denies an open Allow has no effect, but the policy is not the template', () => {
    expect(judge([...statements(), ALLOW])).toMatchObject({ attestedOnly: true, locked: false });
    expect(said([...statements(), ALLOW])).toEqual(['unlocked template_differs null']);
  });

  it('the effect of a missing Deny is reported by its group', () => {
    const missing = judge(without('Planting')).findings.filter(({ code }) => code === 'deny_missing');
    expect(missing.map(({ message }) => /from (\S+):/.exec(message)?.[1])).toEqual([
      'kms:Encrypt',
      'kms:ReEncrypt*',
    ]);
  });

  it('an unexpected image is void, and a missing one causes a warning', () => {
    expect(said(statements(), [PCR0])).toEqual([]);
    expect(judge(statements(), [OTHER]).attestedOnly).toBe(false);
    const lone = [{ ...ALLOW, ...when('StringEquals', PCR0) }];
    expect(said(lone, [OTHER])).toEqual(
      expect.arrayContaining(['void pcr0_unexpected Mine', 'warning pcr0_missing null']),
    );
  });
});
