/**
 * The key policy under which KMS serves this enclave and nobody else, as a template; and the judgement
 * whether a live policy is that template in its locked form. The same template makes the deployed policy.
 *
 * KMS grants what an Allow gives and no Deny takes. Any second Allow (the default statement for the account
 * plus an IAM policy) would void a condition on the first, so the conditions stand in Deny statements, which
 * nothing overrides.
 */
import { canonicalJson, type Json } from '@perf-aggregator/shared/codec/canonical-json';

/** What the template is filled with. */
export interface KeyPolicyFacts {
  /** Account number, 12 digits. */
  readonly account: string;
  /** Role of the parent instances, whose credentials the enclave is handed. */
  readonly roleArn: string;
  /** Measurements of the one image that may use the key, lower-case hex. */
  readonly pcrs: Readonly<Record<0 | 1 | 2, string>>;
  /** Whether nobody, the account's administrator included, may ever change this policy. */
  readonly locked: boolean;
}

/** One statement of a key policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: '*';
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A key policy document. */
export interface KeyPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

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

/** The policy for one image and one role. */
export function keyPolicy(facts: KeyPolicyFacts): KeyPolicy {
  const { account, roleArn, pcrs, locked } = facts;
  const role = { AWS: roleArn };
  const administrator = { AWS: `arn:aws:iam::${account}:root` };
  const equal = Object.fromEntries(Object.entries(pcrs).map(([index, hex]) => [conditionKey(index), hex]));
  return {
    Version: '2012-10-17',
    Statement: [
      allow('AttestedUse', role, ATTESTED, { StringEqualsIgnoreCase: equal }),
      allow('Read', role, READ),
      allow('Administration', administrator, locked ? [...READ, ...UPKEEP] : ['kms:*']),
      // One statement for each register: within one, a deny would need all three to differ.
      ...Object.entries(pcrs).map(([index, hex]) =>
        deny(`OtherPcr${index}`, ['kms:Decrypt', 'kms:GenerateDataKey*'], {
          // Also true when the request carries no attestation at all.
          StringNotEqualsIgnoreCase: { [conditionKey(index)]: hex },
        }),
      ),
      // Whoever may encrypt could plant a root that they know.
      deny('Planting', ['kms:Encrypt', 'kms:ReEncrypt*']),
      ...(locked ? [deny('Locked', LOCKED_OUT)] : []),
    ],
  };
}

/** What KMS tells about a key besides its policy; names as in DescribeKey. */
export interface KeyFacts {
  readonly KeyState?: string | undefined;
  readonly Origin?: string | undefined;
  readonly KeySpec?: string | undefined;
  readonly MultiRegion?: boolean | undefined;
}

/** Whether key material was drawn inside KMS, lives in one region only, and can be used. */
export function isContained(key: KeyFacts): boolean {
  const { KeyState, Origin, KeySpec, MultiRegion } = key;
  const isOurs = KeyState === 'Enabled' && Origin === 'AWS_KMS' && KeySpec === 'SYMMETRIC_DEFAULT';
  return isOurs && MultiRegion !== true;
}

/**
 * `locked` when the live policy says exactly what `template` says and nothing grants more beside it; the
 * order of statements and lists does not matter. Anything else is `mutable`.
 * @param grants - how many grants the key has
 */
export function judgePolicy(livePolicy: string, grants: number, template: KeyPolicy): 'locked' | 'mutable' {
  if (grants !== 0) return 'mutable';
  try {
    const live = JSON.parse(livePolicy) as Json;
    return normalise(live) === normalise(template as unknown as Json) ? 'locked' : 'mutable';
  } catch {
    return 'mutable';
  }
}

/** Canonical text of a policy in which a list and its only element are the same. Its `Id` says nothing. */
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

function conditionKey(index: string): string {
  return `kms:RecipientAttestation:PCR${index}`;
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
