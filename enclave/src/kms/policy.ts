/** Judges whether a live key policy is the template (`shared/kms/key-policy`) in its locked form. */
import type { Json } from '@perf-aggregator/shared/codec/canonical-json';
import {
  ADMINISTRATION_SID,
  type ImagePcrs,
  isSamePolicy,
  keyPolicy,
} from '@perf-aggregator/shared/kms/key-policy';

/** What KMS returns about a key besides its policy. The names are those of DescribeKey. */
export interface KeyFacts {
  readonly KeyState?: string | undefined;
  readonly Origin?: string | undefined;
  readonly KeySpec?: string | undefined;
  readonly MultiRegion?: boolean | undefined;
}

/** The values that this enclave expects in the template. */
export interface ExpectedPolicy {
  readonly account: string;
  readonly roleArn: string;
  /** PCR 0, 1 and 2 of this very image. */
  readonly own: ImagePcrs;
  /** The images that the measured configuration names as predecessors. */
  readonly predecessors: readonly ImagePcrs[];
}

/** Whether key material was drawn inside KMS, is in one region only, and can be used. */
export function isContained(key: KeyFacts): boolean {
  const { KeyState, Origin, KeySpec, MultiRegion } = key;
  const isOurs = KeyState === 'Enabled' && Origin === 'AWS_KMS' && KeySpec === 'SYMMETRIC_DEFAULT';
  return isOurs && MultiRegion !== true;
}

/**
 * `locked` when the live policy is exactly the locked template, for this image alone or for it and all its
 * predecessors, and no grant adds to it. Anything else is `mutable`. The administrator of the key is read from the live
 * policy. Under the locked template an administrator may only look, rotate and tag.
 * @param grants - how many grants the key has
 */
export function judgePolicy(
  livePolicy: string,
  grants: number,
  expected: ExpectedPolicy,
): 'locked' | 'mutable' {
  if (grants !== 0) return 'mutable';
  try {
    const live = JSON.parse(livePolicy) as Json;
    const { own, predecessors, account, roleArn } = expected;
    const facts = { account, roleArn, ...administratorOf(live, account), locked: true };
    const isLocked = [[own], [own, ...predecessors]].some((images) =>
      isSamePolicy(live, keyPolicy({ ...facts, images }) as unknown as Json),
    );
    return isLocked ? 'locked' : 'mutable';
  } catch {
    return 'mutable';
  }
}

/** The administrator in a live policy, if it is one user, one role or the whole of this account. */
function administratorOf(live: Json, account: string): { adminArn?: string } {
  const { Statement } = live as { Statement?: unknown };
  if (!Array.isArray(Statement)) return {};
  const found = (Statement as { Sid?: unknown; Principal?: { AWS?: unknown } }[]).find(
    ({ Sid }) => Sid === ADMINISTRATION_SID,
  );
  const named = found?.Principal?.AWS;
  const [arn] = Array.isArray(named) ? (named as unknown[]) : [named];
  const isPrincipal =
    typeof arn === 'string' && /^arn:aws[a-z-]*:iam::\d{12}:(?:root|(?:role|user)\/[\w+=,.@/-]+)$/.test(arn);
  return isPrincipal && arn.split(':')[4] === account ? { adminArn: arn } : {};
}
