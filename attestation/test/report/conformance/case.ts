/** Cases of the report verifier as plain JSON. */
import {
  PolicyError,
  ReportError,
  type ReportPolicy,
  VerificationError,
  verifyReport,
} from '@perf-aggregator/attestation';
import type { ReportRule } from '@perf-aggregator/attestation/report/judgement';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { ReportCrypto } from '@perf-aggregator/shared/crypto/port';
import { MADE_AT } from '../../nitro-builder.ts';
import { type BuiltReport, buildReport, type ReportSpec } from './report-builder.ts';

/** The policy of a verifier, without roots and instant. */
export type ReportCasePolicy = Omit<ReportPolicy, 'roots' | 'instant'>;

export interface ReportCase {
  /** The rule that the case tests. When a rule fails, it is this one. */
  readonly rule: ReportRule;
  readonly name: string;
  /** JSON text, or other text in its place. */
  readonly bundle: string;
  /** Hexadecimal text of the roots; the root of AWS when the member is missing. */
  readonly roots?: readonly string[];
  /** Instant of verification in milliseconds. */
  readonly at: number;
  readonly policy: ReportCasePolicy;
  /** `verified`, or class and code. */
  readonly expect: string;
}

/** Measurements of the image in the built reports. */
export const IMAGE: Readonly<Record<number, string>> = Object.fromEntries(
  [0, 1, 2].map((index) => [index, encodeHex(new Uint8Array(48).fill(index + 1))]),
);

export function policyOf({ roots, at, policy }: ReportCase): ReportPolicy {
  return { ...policy, ...(roots ? { roots: roots.map(decodeHex) } : {}), instant: at };
}

/** `verified`, or class and code of the error that verification throws. An error without a code is thrown again. */
export function judgeReport(one: ReportCase, crypto?: ReportCrypto): string {
  try {
    verifyReport(one.bundle, policyOf(one), crypto);
    return 'verified';
  } catch (error) {
    if (
      !(error instanceof ReportError || error instanceof VerificationError || error instanceof PolicyError)
    ) {
      throw error;
    }
    return `${error.name} ${error.code}`;
  }
}

/** Name, expected verdict (a code, or `verified`), report, and the other inputs of the verification. */
export type ReportRow = readonly [
  name: string,
  expect: string,
  report: ReportSpec | ((genuine: BuiltReport) => unknown),
  more?: {
    readonly at?: number;
    readonly roots?: readonly string[] | 'aws';
    readonly policy?: Partial<ReportCasePolicy>;
  },
];

export const GENUINE: BuiltReport = buildReport();

/**
 * Cases of one rule.
 * @param errorClass - class of all codes in `rows`
 */
export function casesOfRule(
  rule: ReportRule,
  rows: readonly ReportRow[],
  errorClass = 'ReportError',
): readonly ReportCase[] {
  return rows.map(([name, expect, report, more = {}]) => {
    const built = typeof report === 'function' ? report(GENUINE) : buildReport(report).bundle;
    // One root for all: the built reports share keys and certificates.
    const { at = MADE_AT, roots = [GENUINE.root], policy } = more;
    return {
      rule,
      name: `${rule}: ${name}`,
      bundle: typeof built === 'string' ? built : JSON.stringify(built),
      ...(roots === 'aws' ? {} : { roots }),
      at,
      policy: { pcrs: [IMAGE], ...policy },
      expect: expect === 'verified' ? expect : `${errorClass} ${expect}`,
    };
  });
}
