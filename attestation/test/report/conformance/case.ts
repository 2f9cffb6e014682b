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

/** What a verifier demands, beside roots and instant. */
export type ReportCasePolicy = Omit<ReportPolicy, 'roots' | 'instant'>;

export interface ReportCase {
  /** The rule that it is about: the one that fails, if one does. */
  readonly rule: ReportRule;
  readonly name: string;
  /** JSON text, or what stands in its place. */
  readonly bundle: string;
  /** Hex of the roots; AWS's when there are none. */
  readonly roots?: readonly string[];
  /** Instant of verification, ms. */
  readonly at: number;
  readonly policy: ReportCasePolicy;
  /** `verified`, or class and code. */
  readonly expect: string;
}

/** Measurements of the image that built reports come from. */
export const IMAGE: Readonly<Record<number, string>> = Object.fromEntries(
  [0, 1, 2].map((index) => [index, encodeHex(new Uint8Array(48).fill(index + 1))]),
);

export function policyOf({ roots, at, policy }: ReportCase): ReportPolicy {
  return { ...policy, ...(roots ? { roots: roots.map(decodeHex) } : {}), instant: at };
}

/** `verified`, or class and code of what verification throws; anything else than a coded error is thrown on. */
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

/** Name, what is expected (a code, or `verified`), the report, and what else the case is judged by. */
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
 * @param errorClass - of all codes in `rows`
 */
export function casesOfRule(
  rule: ReportRule,
  rows: readonly ReportRow[],
  errorClass = 'ReportError',
): readonly ReportCase[] {
  return rows.map(([name, expect, report, more = {}]) => {
    const built = typeof report === 'function' ? report(GENUINE) : buildReport(report).bundle;
    // One root for all: what is built shares its keys and certificates.
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
