/** The mandatory claims of a report, its subject and its audience. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { MADE_AT } from '../../nitro-builder.ts';
import { casesOfRule, type ReportCase, type ReportRow } from './case.ts';
import { CLAIMS, CONFIG, EXP, IAT, METRICS } from './genuine.ts';
import { digestOf, disclosureOf } from './report-builder.ts';

const INVALID = 'schema_invalid';

/** Claims that are objects. Their members cannot be withheld either. */
const NESTED = [
  'period',
  'parameters',
  'reconciliation',
  'dataQuality',
  'provenance',
  'scope',
  'software',
] as const;

const MISSING: readonly ReportRow[] = [
  ...[...Object.keys(CLAIMS), 'metrics'].map(
    (name): ReportRow => [
      `no ${name}`,
      INVALID,
      { claims: { [name]: undefined }, disclosures: onlyOf(name) },
    ],
  ),
  ...NESTED.flatMap((name) => Object.keys(CLAIMS[name]).map((member) => withoutMember(name, member))),
  [
    'a claim that only metrics may be: withheld',
    INVALID,
    {
      claims: { statement: undefined, _sd: [digestOf(disclosureOf('statement', CLAIMS.statement))] },
    },
  ],
];

/** Without `metrics` no disclosure has a digest. */
function onlyOf(missing: string): (all: readonly string[]) => readonly string[] {
  return (all) => (missing === 'metrics' ? [] : all);
}

function withoutMember(name: (typeof NESTED)[number], member: string): ReportRow {
  const rest = Object.entries(CLAIMS[name]).filter(([known]) => known !== member);
  return [`no ${name}.${member}`, INVALID, { claims: { [name]: Object.fromEntries(rest) } }];
}

const changed = (name: string, claims: Readonly<Record<string, unknown>>): ReportRow => [
  name,
  INVALID,
  { claims },
];
const disclosed = (name: string, metrics: Readonly<Record<string, unknown>>): ReportRow => [
  name,
  INVALID,
  { metrics },
];

const FORM: readonly ReportRow[] = [
  changed('a claim more', { more: 1 }),
  changed('another statement', { statement: 'All is well.' }),
  changed('no other accounts', { otherAccounts: 'none' }),
  changed('another proof of control', { accountControl: 'password' }),
  changed('another software', { software: { name: 'other', version: '1.2.3' } }),
  changed('a part of a second', { iat: IAT + 0.5 }),
  changed('a time that is text', { exp: String(EXP) }),
  changed('an unknown environment', { environment: 'test' }),
  changed('a day that does not exist', { period: { ...CLAIMS.period, to: '2026-02-30' } }),
  changed('a share above 1', { backfilledShare: 1.5 }),
  changed('a negative share', { illiquidPnlShare: -0.1 }),
  changed('a negative count', { largeFlowsUnvalued: -1 }),
  changed('a hash in upper case', { configSha256: encodeHex(CONFIG.map(() => 0xab)).toUpperCase() }),
  changed('an audience that is a list', { aud: ['allocator'] }),
  changed('a quality more', { dataQuality: { ...CLAIMS.dataQuality, more: 1 } }),
  ['version 1 with the claims of version 2', INVALID, { version: 1, claims: { scope: CLAIMS.scope } }],
  ['version 1 with a metric of version 2', INVALID, { version: 1, metrics: { coveredPeriods: 4 } }],
  ['version 1', 'verified', { version: 1 }],
  changed('a scope that is neither', { scope: { ...CLAIMS.scope, state: 'most' } }),
  disclosed('a metric that nobody knows', { alpha: 1 }),
  disclosed('a return that is text', { totalReturn: '0.254' }),
  disclosed('money that is a number', { navEnd: 1354.1 }),
  disclosed('money with an exponent', { navEnd: '1e3' }),
  disclosed('a count that is negative', { observationCount: -1 }),
  disclosed('a month that is none', { monthlyReturns: { January: 0.254 } }),
  disclosed('days as text', { periodReturns: ['0.1'] }),
  ['days without a return', 'verified', { metrics: { periodReturns: METRICS.periodReturns } }],
];

const CONTRADICTION = 'claims_contradict_attestation';
const BINDING: readonly ReportRow[] = [
  ['another configuration', CONTRADICTION, { claims: { configSha256: '08'.repeat(32) } }],
  ['another policy of the key', CONTRADICTION, { claims: { kmsPolicy: 'mutable' } }],
  ['another policy attested', CONTRADICTION, { userData: (data) => ({ ...data, kms_policy: 'unknown' }) }],
  [
    'production, under another root than that of AWS',
    CONTRADICTION,
    { claims: { environment: 'production' } },
  ],
  ['sandbox, under another root than that of AWS', CONTRADICTION, { claims: { environment: 'sandbox' } }],
];

/** A report that was issued while the key had this policy. */
const underPolicy = (kmsPolicy: 'mutable' | 'unknown') =>
  ({
    claims: { kmsPolicy },
    userData: (data) => ({ ...data, kms_policy: kmsPolicy }),
  }) satisfies ReportRow[2];
const KMS_POLICY: readonly ReportRow[] = [
  ['locked, as demanded', 'verified', {}, { policy: { kmsPolicy: 'locked' } }],
  ['mutable, nothing demanded', 'verified', underPolicy('mutable')],
  [
    'mutable, locked demanded',
    'kms_policy_mismatch',
    underPolicy('mutable'),
    { policy: { kmsPolicy: 'locked' } },
  ],
  [
    'unknown, locked demanded',
    'kms_policy_mismatch',
    underPolicy('unknown'),
    { policy: { kmsPolicy: 'locked' } },
  ],
  ['locked, mutable demanded', 'kms_policy_mismatch', {}, { policy: { kmsPolicy: 'mutable' } }],
];

const forAllocator = { claims: { aud: 'allocator' } };
const AUDIENCE: readonly ReportRow[] = [
  ['as demanded', 'verified', forAllocator, { policy: { audience: 'allocator' } }],
  ['not demanded', 'verified', forAllocator],
  ['another', 'audience_mismatch', forAllocator, { policy: { audience: 'auditor' } }],
  ['in upper case', 'audience_mismatch', forAllocator, { policy: { audience: 'Allocator' } }],
  ['none', 'audience_mismatch', {}, { policy: { audience: 'auditor' } }],
];

const answering = { claims: { nonce: 'challenge' } };
const NONCE: readonly ReportRow[] = [
  ['as demanded', 'verified', answering, { policy: { nonce: 'challenge' } }],
  ['not demanded', 'verified', answering],
  ['another', 'report_nonce_mismatch', answering, { policy: { nonce: 'question' } }],
  ['in upper case', 'report_nonce_mismatch', answering, { policy: { nonce: 'Challenge' } }],
  ['none', 'report_nonce_mismatch', {}, { policy: { nonce: 'challenge' } }],
];

const VALIDITY: readonly ReportRow[] = [
  ['in its last millisecond', 'verified', {}, { at: EXP * 1_000 - 1 }],
  ['at its end', 'report_expired', {}, { at: EXP * 1_000 }],
  ['five minutes before its beginning', 'verified', {}, { at: MADE_AT - 300_000 }],
  ['more than five minutes before its beginning', 'report_expired', {}, { at: MADE_AT - 300_001 }],
  ['an end before its beginning', 'report_expired', { claims: { exp: IAT - 1 } }],
];

const ISSUE_TIME: readonly ReportRow[] = [
  ['a minute after its attestation', 'verified', { claims: { iat: IAT + 60 } }],
  ['a minute before its attestation', 'verified', { claims: { iat: IAT - 60 } }],
  ['more than a minute after its attestation', 'issue_time_mismatch', { claims: { iat: IAT + 61 } }],
  ['more than a minute before its attestation', 'issue_time_mismatch', { claims: { iat: IAT - 61 } }],
];

export const CLAIM_CASES: readonly ReportCase[] = [
  ...casesOfRule('schema', [...MISSING, ...FORM]),
  ...casesOfRule('binding', BINDING),
  ...casesOfRule('kms_policy', KMS_POLICY),
  ...casesOfRule('audience', AUDIENCE),
  ...casesOfRule('nonce', NONCE),
  ...casesOfRule('validity', VALIDITY),
  ...casesOfRule('issue_time', ISSUE_TIME),
];
