/** Rule 12: the policy of the caller. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { type DocumentSpec, MADE_AT } from '../nitro-builder.ts';
import { ANY, type Case, type CasePolicy } from './case.ts';
import { casesOfRule, type Row } from './made.ts';

const MINUTES = 60_000;
/** The PCR at `index` of the built documents. */
const pcr = (index: number) => encodeHex(new Uint8Array(48).fill(index + 1));
const ZERO = '0'.repeat(96);

const withPolicy = (name: string, expect: string, policy: CasePolicy, spec: DocumentSpec = {}): Row => [
  name,
  expect,
  spec,
  { policy },
];
const at = (name: string, expect: string, instant: number | 'document', policy = ANY): Row => [
  name,
  expect,
  {},
  { at: instant, policy },
];

const zeros = (...indexes: number[]): DocumentSpec => ({
  payload: {
    pcrs: new Map(
      Array.from(
        { length: 16 },
        (_, i) => [i, new Uint8Array(48).fill(indexes.includes(i) ? 0 : i + 1)] as const,
      ),
    ),
  },
});
const BOUND: DocumentSpec = {
  payload: {
    nonce: Uint8Array.of(1, 2, 3),
    public_key: Uint8Array.of(1, 2, 3),
    user_data: Uint8Array.of(1, 2, 3),
  },
};

const MEASUREMENTS: readonly Row[] = [
  withPolicy('no expectation', 'policy_empty', { pcrs: [] }),
  withPolicy('an empty alternative', 'policy_empty', { pcrs: [{ 0: pcr(0) }, {}] }),
  withPolicy('a measurement of one byte', 'policy_invalid', { pcrs: [{ 0: 'ab' }] }),
  withPolicy('PCR 32 expected', 'policy_invalid', { pcrs: [{ 0: pcr(0), 32: pcr(0) }] }),
  withPolicy('PCR -1 expected', 'policy_invalid', { pcrs: [{ '-1': pcr(0) }] }),
  withPolicy('PCR 00 expected', 'policy_invalid', { pcrs: [Object.fromEntries([['00', pcr(0)]])] }),
  withPolicy('a measurement that is no hex', 'policy_invalid', { pcrs: [{ 0: 'x'.repeat(96) }] }),
  withPolicy('PCR 0, 1 and 2', 'verified', { pcrs: [{ 0: pcr(0), 1: pcr(1), 2: pcr(2) }] }),
  withPolicy('PCR 3, 4 and 8, too', 'verified', { pcrs: [{ 0: pcr(0), 3: pcr(3), 4: pcr(4), 8: pcr(8) }] }),
  withPolicy('upper case', 'verified', { pcrs: [{ 0: pcr(0), 10: pcr(10).toUpperCase() }] }),
  ...[0, 1, 2, 3, 4, 8, 15].map((index) =>
    withPolicy(`PCR ${index} differs`, 'pcr_mismatch', {
      pcrs: [{ 0: pcr(0), 1: pcr(1), 2: pcr(2), [index]: `${pcr(index).slice(0, -1)}f` }],
    }),
  ),
  withPolicy('a PCR that the document lacks', 'pcr_mismatch', { pcrs: [{ 0: pcr(0), 16: pcr(16) }] }),
  // The other registers do not identify the image.
  withPolicy('PCR 1 and 2 without PCR 0', 'policy_invalid', { pcrs: [{ 1: pcr(1), 2: pcr(2) }] }),
  withPolicy('PCR 8 alone', 'policy_invalid', { pcrs: [{ 8: pcr(8) }] }),
  withPolicy('no PCR 0 in the second alternative', 'policy_invalid', {
    pcrs: [{ 0: pcr(0) }, { 1: pcr(1) }],
  }),
  ...[64, 96, 128].map((digits) =>
    withPolicy(`a zero PCR 0 of ${digits} digits`, 'policy_invalid', { pcrs: [{ 0: '0'.repeat(digits) }] }),
  ),
  withPolicy('a zero PCR 2', 'policy_invalid', { pcrs: [{ 0: pcr(0), 2: ZERO }] }),
  withPolicy('a zero PCR 0 in the second alternative', 'policy_invalid', {
    pcrs: [{ 0: pcr(0) }, { 0: ZERO }],
  }),
  withPolicy('a measurement that is longer', 'pcr_mismatch', {
    pcrs: [{ 0: pcr(0).repeat(2).slice(0, 128) }],
  }),
  withPolicy('a measurement that is shorter', 'pcr_mismatch', { pcrs: [{ 0: pcr(0).slice(0, 64) }] }),
  withPolicy('the second alternative', 'verified', { pcrs: [{ 0: pcr(5) }, { 0: pcr(0) }] }),
  withPolicy('halves of two alternatives', 'pcr_mismatch', {
    pcrs: [
      { 0: pcr(0), 1: pcr(9) },
      { 0: pcr(9), 1: pcr(1) },
    ],
  }),
];

const DEBUG: readonly Row[] = [
  withPolicy('debug mode', 'debug_mode', { pcrs: 'any-image' }, zeros(0, 1, 2)),
  withPolicy('debug mode, its zeros expected', 'policy_invalid', { pcrs: [{ 0: ZERO }] }, zeros(0, 1, 2)),
  withPolicy(
    'debug mode allowed, its zeros expected',
    'policy_invalid',
    { pcrs: [{ 0: ZERO }], allowDebug: true },
    zeros(0, 1, 2),
  ),
  withPolicy('debug mode, allowed', 'verified', { pcrs: 'any-image', allowDebug: true }, zeros(0, 1, 2)),
  withPolicy(
    'debug mode allowed, an image expected',
    'pcr_mismatch',
    { pcrs: [{ 0: pcr(0) }], allowDebug: true },
    zeros(0, 1, 2),
  ),
  withPolicy('PCR 0 zero, the others not', 'debug_mode', { pcrs: 'any-image' }, zeros(0)),
  withPolicy('PCR 1 zero, PCR 0 not', 'verified', { pcrs: 'any-image' }, zeros(1)),
  withPolicy(
    'no PCR 0',
    'debug_mode',
    { pcrs: 'any-image' },
    { payload: { pcrs: new Map([[1, new Uint8Array(48).fill(1)]]) } },
  ),
];

const BINDINGS: readonly Row[] = [
  withPolicy(
    'bound to all three',
    'verified',
    { ...ANY, nonce: '010203', publicKey: '010203', userData: '010203' },
    BOUND,
  ),
  ...(
    [
      ['nonce', 'nonce_mismatch'],
      ['publicKey', 'public_key_mismatch'],
      ['userData', 'user_data_mismatch'],
    ] as const
  ).flatMap(([name, code]): readonly Row[] => [
    withPolicy(`another ${name}`, code, { ...ANY, [name]: '010204' }, BOUND),
    withPolicy(`a shorter ${name}`, code, { ...ANY, [name]: '0102' }, BOUND),
    withPolicy(`an empty ${name} for a full one`, code, { ...ANY, [name]: '' }, BOUND),
    withPolicy(`a ${name} where there is none`, code, { ...ANY, [name]: '010203' }),
    withPolicy(`an empty ${name} where there is none`, code, { ...ANY, [name]: '' }),
  ]),
  withPolicy('an empty nonce', 'verified', { ...ANY, nonce: '' }, { payload: { nonce: new Uint8Array() } }),
];

const FRESHNESS: readonly Row[] = [
  at('five minutes old', 'verified', MADE_AT + 5 * MINUTES),
  at('older than five minutes', 'document_not_fresh', MADE_AT + 5 * MINUTES + 1),
  at('five minutes ahead', 'verified', MADE_AT - 5 * MINUTES),
  at('more than five minutes ahead', 'document_not_fresh', MADE_AT - 5 * MINUTES - 1),
  at('older than the policy allows', 'document_not_fresh', MADE_AT + 1001, { ...ANY, maxAgeMs: 1000 }),
  at('ahead of what the policy allows', 'document_not_fresh', MADE_AT - 1, { ...ANY, maxSkewMs: 0 }),
  at('an hour old, allowed', 'verified', MADE_AT + 59 * MINUTES, { ...ANY, maxAgeMs: 60 * MINUTES }),
];

export const POLICY: readonly Case[] = casesOfRule(12, 'PolicyError', [
  ...MEASUREMENTS,
  ...DEBUG,
  ...BINDINGS,
  ...FRESHNESS,
]);
