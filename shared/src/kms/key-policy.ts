/**
 * The key policy template, under which KMS serves this enclave and nobody else. It has three users: `kms-policy` prints
 * it, the enclave compares the live policy with it, and the simulator's key uses it.
 *
 * KMS grants what an Allow grants and no Deny refuses. Any second Allow (the default statement for the account plus an
 * IAM policy) would void a condition on the first. So the conditions are in Deny statements too. Nothing overrides a
 * Deny, not even a grant.
 */
import { canonicalJson, type Json } from '../codec/canonical-json.ts';

/** Registers of an image that a policy may name. PCR0 covers the whole image. */
export const POLICY_REGISTERS = [0, 1, 2] as const;

/** Measurements of an image by register, lower-case hex. */
export type ImagePcrs = Readonly<Record<number, string>>;

/** The values of the template. */
export interface KeyPolicyFacts {
  /** Account number, 12 digits. */
  readonly account: string;
  /** Role of the parent instances. The enclave gets its credentials. */
  readonly roleArn: string;
  /** The administrator of the key. Left out: the account. */
  readonly adminArn?: string;
  /** The images that may use the key. The policy names a register if all images have it. */
  readonly images: readonly ImagePcrs[];
  /** Whether nobody, not even the administrator, may ever change this policy. */
  readonly locked: boolean;
}

/** One statement of a key policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: '*';
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A key policy document. */
export interface KeyPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** Sid of the statement whose principal is the administrator. */
export const ADMINISTRATION_SID = 'Administration';

const ATTESTED = ['kms:Decrypt', 'kms:GenerateDataKey'];
const READ = ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:ListGrants'];
const UPKEEP = ['kms:EnableKeyRotation', 'kms:GetKeyRotationStatus', 'kms:TagResource', 'kms:UntagResource'];
/** Ways around a policy: another policy, a grant, a copy elsewhere, other key material, no key at all. */
const LOCKED_OUT = [
  'kms:PutKeyPolicy',
  'kms:CreateGrant',
  'kms:ReplicateKey',
  'kms:ImportKeyMaterial',
  'kms:ScheduleKeyDeletion',
];

/** The policy for these images and one role. */
export function keyPolicy(facts: KeyPolicyFacts): KeyPolicy {
  const { account, roleArn, adminArn = accountArn(account, roleArn), images, locked } = facts;
  const role = { AWS: roleArn };
  const registers = POLICY_REGISTERS.filter((index) => images.every((image) => image[index] !== undefined));
  const values = (index: number) => [...new Set(images.map((image) => image[index]!))];
  const equal = Object.fromEntries([
    // The same value as PCR0, under the name in AWS's own documents.
    [conditionKey('ImageSha384'), values(0)],
    ...registers.map((index) => [conditionKey(`PCR${index}`), values(index)]),
  ]);
  return {
    Version: '2012-10-17',
    Statement: [
      allow('AttestedUse', role, ATTESTED, { StringEqualsIgnoreCase: equal }),
      allow('Read', role, READ),
      allow(ADMINISTRATION_SID, { AWS: adminArn }, locked ? [...READ, ...UPKEEP] : ['kms:*']),
      // One statement for each register. Within one statement, a Deny would require all three to differ.
      ...registers.map((index) =>
        deny(`OtherPcr${index}`, ['kms:Decrypt', 'kms:GenerateDataKey*'], {
          // Also true when the request carries no attestation at all.
          StringNotEqualsIgnoreCase: { [conditionKey(`PCR${index}`)]: values(index) },
        }),
      ),
      // A caller that may encrypt could plant a root that it knows.
      deny('Planting', ['kms:Encrypt', 'kms:ReEncrypt*']),
      ...(locked ? [deny('Locked', LOCKED_OUT)] : []),
    ],
  };
}

/**
 * Whether two policies are equivalent. The order of statements and lists does not matter, a list of one equals its
 * element, and `Id` is ignored.
 */
export function isSamePolicy(one: Json, other: Json): boolean {
  return normalise(one) === normalise(other);
}

/** Canonical text of a policy in which a list of one equals its element. `Id` is ignored. */
function normalise(policy: Json): string {
  const { Id: _, ...rest } = policy as Record<string, Json>;
  return canonicalJson(asSets(rest));
}

function asSets(value: Json): Json {
  if (Array.isArray(value)) {
    const members = (value as readonly Json[]).map(asSets);
    if (members.length === 1) return members[0]!;
    return members.toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asSets(member)]));
}

/** The account as a principal, in the partition of the role. */
function accountArn(account: string, roleArn: string): string {
  return `arn:${roleArn.split(':')[1] ?? 'aws'}:iam::${account}:root`;
}

function conditionKey(name: string): string {
  return `kms:RecipientAttestation:${name}`;
}

function allow(
  sid: string,
  principal: { readonly AWS: string },
  actions: readonly string[],
  condition?: PolicyStatement['Condition'],
): PolicyStatement {
  return statement(
    { Sid: sid, Effect: 'Allow', Principal: principal, Action: actions, Resource: '*' },
    condition,
  );
}

function deny(
  sid: string,
  actions: readonly string[],
  condition?: PolicyStatement['Condition'],
): PolicyStatement {
  return statement({ Sid: sid, Effect: 'Deny', Principal: '*', Action: actions, Resource: '*' }, condition);
}

function statement(bare: PolicyStatement, condition: PolicyStatement['Condition']): PolicyStatement {
  return condition === undefined ? bare : { ...bare, Condition: condition };
}
