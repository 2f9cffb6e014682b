/** A policy that `kms-policy --check` calls attested only never opens to an unattested request in the policy engine. */
import { type KeyPolicyFacts, keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../../client/src/kms-policy/check-policy.ts';
import { readPolicy } from '../../../client/src/kms-policy/read-policy.ts';
import { isAuthorized } from '../../src/kms/policy-engine.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/parent`;
const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/k`;
const IMAGES = ['aa', 'bb', 'cc'].map((byte) => ({
  0: byte.repeat(48),
  1: '11'.repeat(48),
  2: '22'.repeat(48),
}));
const ZEROS = '00'.repeat(48);
const PREFIX = 'kms:RecipientAttestation:';
const ACTIONS = [
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:GenerateDataKeyPair',
  'kms:Encrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];
/** PCR0 of the requests: none (no attestation), the images of the template, another image, and a debug image. */
const ATTESTED = [null, ...IMAGES.map((image) => image[0]), 'dd'.repeat(48), ZEROS];

/** The requests that the engine allows, as `action by PCR0`. */
function opened(document: string): { action: string; pcr0: string | null }[] {
  return ACTIONS.flatMap((action) =>
    ATTESTED.flatMap((pcr0) =>
      [ROLE, `arn:aws:iam::${ACCOUNT}:role/other`].flatMap((roleArn) => {
        const context = new Map(
          pcr0 === null
            ? []
            : [
                ['kms:recipientattestation:pcr0', pcr0],
                ['kms:recipientattestation:imagesha384', pcr0],
                ['kms:recipientattestation:pcr1', IMAGES[0]![1]],
                ['kms:recipientattestation:pcr2', IMAGES[0]![2]],
              ],
        );
        const request = { roleArn, account: ACCOUNT, iamActions: ['kms:*'], action, resource: KEY, context };
        return isAuthorized(document, request) ? [{ action, pcr0 }] : [];
      }),
    ),
  );
}

type Statement = Record<string, unknown>;
const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const pcr = fc.oneof(
  pick(...IMAGES.map((image) => image[0])),
  pick(ZEROS, 'AA'.repeat(48), 'aa', '*', 'a?'.repeat(48), '11'.repeat(48)),
);
const operator = pick(
  ...['StringEquals', 'StringEqualsIgnoreCase', 'StringNotEquals', 'StringNotEqualsIgnoreCase'],
  ...['StringLike', 'StringNotLike', 'StringEqualsIfExists', 'StringNotEqualsIfExists', 'Bool'],
  ...['ForAnyValue:StringEquals', 'ForAllValues:StringEquals', 'ForAnyValue:StringNotEquals'],
);
const key = pick(`${PREFIX}PCR0`, `${PREFIX}pcr0`, `${PREFIX}ImageSha384`, `${PREFIX}PCR1`, 'kms:ViaService');
const condition = fc.oneof(
  fc.dictionary(
    operator,
    fc.dictionary(key, fc.oneof(pcr, fc.array(pcr, { maxLength: 3 })), { maxKeys: 2 }),
    {
      maxKeys: 2,
    },
  ),
  fc.record({ Null: fc.dictionary(key, pick('true', 'false'), { minKeys: 1, maxKeys: 1 }) }),
);
const action = fc.oneof(
  pick<unknown>(
    ...ACTIONS,
    'kms:*',
    '*',
    'kms:GenerateDataKey*',
    'kms:ReEncrypt*',
    'kms:De?rypt',
    'KMS:DECRYPT',
  ),
  fc.subarray(ACTIONS),
);
const principal = pick<unknown>(
  ...['*', { AWS: '*' }, { AWS: ROLE }, { AWS: ACCOUNT }, { AWS: [`arn:aws:iam::${ACCOUNT}:root`] }],
  { Service: 'ec2.amazonaws.com' },
);
const resource = pick<unknown>('*', ['*'], KEY, 'arn:aws:kms:*:*:key/*', 'arn:aws:kms:us-east-1:1:key/other');
const foreign: fc.Arbitrary<Statement> = fc.record({
  Effect: pick('Allow', 'Deny'),
  Principal: principal,
  Action: action,
  Resource: resource,
  Condition: condition,
});

/** One change of one statement, as an administrator or a copied example could make it. */
const mutation: fc.Arbitrary<(statement: Statement) => Statement[]> = fc.oneof(
  fc.constant(() => []),
  fc.constant((one: Statement) => [{ ...one, Condition: undefined }]),
  condition.map((Condition) => (one: Statement) => [{ ...one, Condition }]),
  operator.map((name) => (one: Statement) => [
    { ...one, Condition: { [name]: Object.values((one['Condition'] as object) ?? {})[0] ?? {} } },
  ]),
  action.map((Action) => (one: Statement) => [{ ...one, Action }]),
  principal.map((Principal) => (one: Statement) => [{ ...one, Principal }]),
  resource.map((Resource) => (one: Statement) => [{ ...one, Resource }]),
  pick('Allow', 'Deny').map((Effect) => (one: Statement) => [{ ...one, Effect }]),
  pick('Action', 'Principal', 'Resource').map((name) => ({ [name]: value, ...rest }: Statement) => [
    value === undefined ? rest : { ...rest, [`Not${name}`]: value },
  ]),
  fc.constant((one: Statement) => [
    { ...one, Condition: { ...(one['Condition'] as object), StringEquals: { 'kms:KeyId': 'k' } } },
  ]),
);
/** AWS accepts a member or its negation, not both. The checker refuses to read both. */
function wellFormed(statement: Statement): Statement {
  const entries = Object.entries(statement);
  return Object.fromEntries(
    entries.filter(([name, value]) => value !== undefined && !(`Not${name}` in statement)),
  );
}

const mutants = fc
  .record({
    images: fc.subarray(IMAGES, { minLength: 1 }),
    locked: fc.boolean(),
    changes: fc.array(fc.tuple(fc.nat(7), mutation), { maxLength: 3 }),
    added: fc.array(foreign, { maxLength: 2 }),
  })
  .map(({ images, locked, changes, added }) => {
    const facts: KeyPolicyFacts = { account: ACCOUNT, roleArn: ROLE, images, locked };
    const statements = keyPolicy(facts).Statement.flatMap((one, index) =>
      changes
        .filter(([at]) => at === index)
        .reduce((now, [, change]) => now.flatMap(change), [one as unknown as Statement])
        .map(wellFormed),
    );
    return JSON.stringify({ Version: '2012-10-17', Statement: [...statements, ...added] });
  });

describe('when the checker and the engine evaluate the same policy', () => {
  it('the template is attested only, and allows its images', () => {
    for (const locked of [true, false]) {
      const document = JSON.stringify(
        keyPolicy({ account: ACCOUNT, roleArn: ROLE, images: [IMAGES[0]!], locked }),
      );
      expect(checkPolicy(readPolicy(document))).toMatchObject({ attestedOnly: true, locked });
      const through = opened(document);
      expect(new Set(through.map(({ pcr0 }) => pcr0))).toEqual(new Set([IMAGES[0]![0]]));
      expect(through.map((one) => one.action)).toContain('kms:Decrypt');
      expect(through.map((one) => one.action)).not.toContain('kms:Encrypt');
    }
  });

  it('attested only: no request without one of its images is allowed', () => {
    let sound = 0;
    let open = 0;
    fc.assert(
      fc.property(mutants, (document) => {
        const { attestedOnly, images } = checkPolicy(readPolicy(document));
        const unattested = opened(document).filter(({ pcr0 }) => pcr0 === null || !images.includes(pcr0));
        if (unattested.length > 0) open++;
        if (!attestedOnly) return;
        sound++;
        expect(unattested).toEqual([]);
        expect(images).not.toContain(ZEROS);
      }),
      { numRuns: 800 },
    );
    // Both results must occur often, or the property would show nothing.
    expect(Math.min(sound, open)).toBeGreaterThan(30);
  });

  it('with expected images: no other image is allowed', () => {
    const expected = [IMAGES[0]![0], IMAGES[1]![0]];
    fc.assert(
      fc.property(mutants, (document) => {
        if (!checkPolicy(readPolicy(document), expected).attestedOnly) return;
        const others = opened(document).filter(({ pcr0 }) => pcr0 === null || !expected.includes(pcr0));
        expect(others).toEqual([]);
      }),
      { numRuns: 800 },
    );
  });
});
