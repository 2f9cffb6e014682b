import { describe, expect, it } from 'vitest';
import { type AccessRequest, isAuthorized } from '../../src/kms/policy-engine.ts';

const ROLE = 'arn:aws:iam::123456789012:role/parent';
const ACCOUNT = { AWS: 'arn:aws:iam::123456789012:root' };
const PCR0 = 'kms:RecipientAttestation:PCR0';

const call: AccessRequest = {
  roleArn: ROLE,
  account: '123456789012',
  iamActions: [],
  action: 'kms:Decrypt',
  resource: 'arn:aws:kms:us-east-1:123456789012:key/k',
  context: new Map([['kms:recipientattestation:pcr0', 'ab']]),
};

function decide(statements: unknown, changes: Partial<AccessRequest> = {}): boolean {
  return isAuthorized(JSON.stringify({ Version: '2012-10-17', Statement: statements }), {
    ...call,
    ...changes,
  });
}

const allow = { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:Decrypt', Resource: '*' };
const deny = { ...allow, Effect: 'Deny', Principal: '*' };

describe('when statements apply', () => {
  it('nothing is allowed that no statement allows', () => {
    expect(decide([])).toBe(false);
    expect(decide([allow])).toBe(true);
    expect(decide(allow)).toBe(true);
    expect(decide([allow], { action: 'kms:Encrypt' })).toBe(false);
    expect(decide([{ ...allow, Resource: 'arn:aws:kms:*:key/other' }])).toBe(false);
    expect(decide([{ ...allow, Principal: { AWS: [`${ROLE}2`] } }])).toBe(false);
  });

  it('a deny wins in any position', () => {
    expect(decide([allow, deny])).toBe(false);
    expect(decide([deny, allow])).toBe(false);
    expect(decide([allow, { ...deny, Principal: ACCOUNT }])).toBe(false);
  });

  it('wildcards stand for parts of actions', () => {
    expect(decide([{ ...allow, Action: ['kms:De*'] }])).toBe(true);
    expect(decide([{ ...allow, Action: 'kms:De*' }], { action: 'kms:GenerateDataKey' })).toBe(false);
    expect(decide([{ ...allow, Action: 'kms:decryp?' }])).toBe(true);
    expect(decide([{ ...allow, Action: 'kms.Decrypt' }])).toBe(false);
  });

  it('negated members match everything except the values that they list', () => {
    const { Action, Principal, Resource, ...rest } = allow;
    expect(decide([{ ...rest, Principal, Resource, NotAction: 'kms:Encrypt' }])).toBe(true);
    expect(decide([{ ...rest, Principal, Resource, NotAction: Action }])).toBe(false);
    expect(decide([{ ...rest, Action, Resource, NotPrincipal: { AWS: `${ROLE}2` } }])).toBe(true);
    expect(decide([{ ...rest, Action, Resource, NotPrincipal: Principal }])).toBe(false);
    expect(decide([{ ...rest, Action, Principal, NotResource: 'arn:aws:s3:::b' }])).toBe(true);
    expect(decide([{ ...rest, Action, Principal, NotResource: Resource }])).toBe(false);
  });

  it('an allow for the account delegates to IAM', () => {
    const account = { ...allow, Principal: ACCOUNT };
    expect(decide([account])).toBe(false);
    expect(decide([account], { iamActions: ['kms:*'] })).toBe(true);
    expect(decide([], { iamActions: ['kms:*'] })).toBe(false);
  });
});

describe('when conditions apply', () => {
  const when = (operator: string, value: unknown, key = PCR0) => ({
    Condition: { [operator]: { [key]: value } },
  });

  it.each<[string, unknown, boolean, boolean]>([
    ['StringEquals', 'ab', true, false],
    ['StringEquals', 'AB', false, false],
    ['StringEqualsIgnoreCase', 'AB', true, false],
    ['StringEqualsIgnoreCase', ['cd', 'AB'], true, false],
    ['StringEqualsIgnoreCase', 'cd', false, false],
    ['StringNotEquals', 'ab', false, true],
    ['StringNotEqualsIgnoreCase', 'AB', false, true],
    ['StringNotEqualsIgnoreCase', ['cd', 'AB'], false, true],
    ['StringNotEqualsIgnoreCase', 'cd', true, true],
    ['StringLike', 'a*', true, false],
    ['StringLike', 'b*', false, false],
    ['StringNotLike', 'a*', false, true],
    ['StringEqualsIfExists', 'ab', true, true],
    ['StringEqualsIfExists', 'cd', false, true],
    ['ForAnyValue:StringEquals', 'ab', true, false],
    ['ForAllValues:StringEquals', 'ab', true, true],
    ['ForAllValues:StringEquals', 'cd', false, true],
    ['Null', 'true', false, true],
    ['Null', 'false', true, false],
  ])('%s %s is true for the value: %s, for its absence: %s', (operator, value, present, absent) => {
    const statement = { ...allow, ...when(operator, value) };
    expect(decide([statement])).toBe(present);
    expect(decide([statement], { context: new Map() })).toBe(absent);
  });

  it('all conditions of a statement must hold', () => {
    const both = { Condition: { StringEquals: { [PCR0]: 'ab', other: 'x' } } };
    expect(decide([{ ...allow, ...both }])).toBe(false);
  });

  it('with an unknown operator an allow does not apply, and a deny does', () => {
    expect(decide([{ ...allow, ...when('Bool', 'true') }])).toBe(false);
    expect(decide([allow, { ...deny, ...when('Bool', 'true') }])).toBe(false);
  });
});
