/**
 * Finds what in a key policy would void attestation or leave somebody a way around it. The check errs to one side.
 * Anything that is not known to be tied to images counts as open. "Attested only" therefore holds under KMS, while
 * "void" may be said of a policy that would have held. The check sees the policy, but not the grants, key material or
 * regions of a key.
 */
import type { Json } from '@perf-aggregator/shared/codec/canonical-json';
import { isSamePolicy, keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { CONTROL_ACTIONS, matchesAction, USE_ACTIONS } from './actions.ts';
import { type AttestationCondition, readCondition } from './attestation-condition.ts';
import type { ReadPolicy, Statement } from './read-policy.ts';
import { templateFactsOf } from './template-facts.ts';

/** Codes of findings. */
export const POLICY_FINDING_CODES = [
  'allow_unattested',
  'account_delegated',
  'action_wildcard',
  'not_action',
  'not_principal',
  'not_resource',
  'condition_operator',
  'condition_register',
  'condition_extra',
  'pcr0_zeros',
  'pcr0_malformed',
  'pcr0_unexpected',
  'pcr0_case',
  'pcr0_missing',
  'deny_missing',
  'deny_principal',
  'deny_resource',
  'policy_change_allowed',
  'grants_allowed',
  'replica_allowed',
  'import_allowed',
  'deletion_allowed',
  'template_differs',
  'registers_missing',
] as const;
export type PolicyFindingCode = (typeof POLICY_FINDING_CODES)[number];

/** `void`: unattested use is possible. `unlocked`: somebody can make it possible, or destroy the key. */
export type Severity = 'void' | 'unlocked' | 'warning';

/** One fault of a policy. */
export interface PolicyFinding {
  readonly code: PolicyFindingCode;
  readonly severity: Severity;
  /** Sid, or `#` and index from 0. `null`: the finding is about the whole policy. */
  readonly statement: string | null;
  readonly message: string;
}

/** The judgement of a key policy. */
export interface PolicyCheck {
  /** Every allowed request carries an attestation of one of {@link images}. */
  readonly attestedOnly: boolean;
  /**
   * The policy is the locked template. An enclave of these images calls it `locked`, if the key is contained and has no
   * grants.
   */
  readonly locked: boolean;
  /** PCR0 of the images that the policy names. */
  readonly images: readonly string[];
  /** Worst first. */
  readonly findings: readonly PolicyFinding[];
}

interface Judged extends AttestationCondition {
  readonly statement: Statement;
  readonly name: string;
}

const USES: readonly string[] = Object.values(USE_ACTIONS).flat();
const SEVERITIES: readonly Severity[] = ['void', 'unlocked', 'warning'];

/**
 * Judges a policy.
 * @param expected - PCR0 values that it may name and should; empty: any but zeros
 */
export function checkPolicy(policy: ReadPolicy, expected: readonly string[] = []): PolicyCheck {
  const wanted = expected.length === 0 ? null : new Set(expected.map((hex) => hex.toLowerCase()));
  const all: readonly Judged[] = policy.statements.map((statement, index) => ({
    statement,
    name: statement.Sid === undefined || statement.Sid === '' ? `#${index}` : statement.Sid,
    ...readCondition(statement, wanted),
  }));
  const images = [...new Set(all.flatMap((one) => one.images ?? []))];
  const uncovered = USES.filter((action) => !all.some((one) => covers(one, action)));
  const lost = new Set(all.flatMap((one) => opens(one, uncovered)));
  const found = [
    ...all.flatMap((one) => (one.statement.Effect === 'Allow' ? ofAllow(one, uncovered) : ofDeny(one, lost))),
    ...missingDenies(uncovered),
    ...controls(all, uncovered.length > 0),
    ...missingImages(all, wanted),
  ];
  const attestedOnly = !found.some(({ severity }) => severity === 'void');
  const ofTemplate = templateFinding(policy);
  const findings = [...found, ...ofTemplate].toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  const locked = !findings.some(({ severity }) => severity !== 'warning');
  return { attestedOnly, locked, images, findings };
}

/**
 * Whether a statement may match the action. A statement with `NotAction` may match every action; the actions that it
 * leaves out are not looked at.
 */
function reaches({ Action }: Statement, action: string): boolean {
  return Action === undefined || Action.some((pattern) => matchesAction(pattern, action));
}

/** Whether a Deny keeps the action from everybody, or from everybody without one of its images. */
function covers(one: Judged, action: string): boolean {
  const { Effect, Action, Principal, Resource } = one.statement;
  const isWhole =
    Effect === 'Deny' && Action !== undefined && isEverybody(Principal) && Resource?.includes('*') === true;
  return isWhole && reaches(one.statement, action) && (isUnconditional(one) || isImageDeny(one));
}

/** A further condition would narrow a Deny. With two registers, an image would need to match only one of them. */
function isImageDeny(one: Judged): boolean {
  return one.images !== null && one.attested === 1 && one.others.length === 0;
}

function isUnconditional(one: Judged): boolean {
  return one.attested === 0 && one.others.length === 0;
}

function isEverybody(principal: Statement['Principal']): boolean {
  return principal === '*' || (principal !== undefined && principal['AWS']?.includes('*') === true);
}

/** The actions that no Deny covers and that an Allow opens to requests without one of its images. */
function opens({ statement, images }: Judged, uncovered: readonly string[]): readonly string[] {
  if (statement.Effect !== 'Allow' || images !== null) return [];
  return uncovered.filter((action) => reaches(statement, action));
}

function ofAllow(one: Judged, uncovered: readonly string[]): PolicyFinding[] {
  const opened = opens(one, uncovered);
  const severity = opened.length > 0 ? 'void' : 'warning';
  const add = (code: PolicyFindingCode, message: string): PolicyFinding => ({
    code,
    severity: code === 'pcr0_malformed' || code === 'pcr0_case' ? 'warning' : severity,
    statement: one.name,
    message,
  });
  const found = [...one.flaws.map(({ code, message }) => add(code, message)), ...negations(one, add)];
  const touches = [...USES, ...CONTROL_ACTIONS.map(([, action]) => action)];
  const wildcard = one.statement.Action?.find(
    (pattern) => /[*?]/.test(pattern) && touches.some((action) => matchesAction(pattern, action)),
  );
  if (wildcard !== undefined) {
    found.push(
      add(
        'action_wildcard',
        `${printable(wildcard)} allows more than it names, actions of tomorrow included`,
      ),
    );
  }
  if (opened.length === 0) return found;
  const what = `allows ${opened.join(', ')} without attestation, and no Deny takes it back`;
  const delegates = isAccount(one.statement.Principal);
  return [
    ...found,
    delegates
      ? add('account_delegated', `gives the account to its IAM policies: ${what}`)
      : add('allow_unattested', what),
  ];
}

function ofDeny(one: Judged, lost: ReadonlySet<string>): PolicyFinding[] {
  const { statement } = one;
  const concerns = [...lost].some((action) => reaches(statement, action));
  const add = (code: PolicyFindingCode, message: string): PolicyFinding => ({
    code,
    severity: concerns && code !== 'pcr0_malformed' && code !== 'pcr0_case' ? 'void' : 'warning',
    statement: one.name,
    message,
  });
  // A separate Deny for each register is right. A Deny on PCR1 is no fault, but cannot replace a Deny on PCR0.
  const flaws = one.flaws.filter(({ code }) => concerns || code !== 'condition_register');
  const found = [...flaws.map(({ code, message }) => add(code, message)), ...negations(one, add)];
  if (statement.Principal !== undefined && !isEverybody(statement.Principal)) {
    found.push(add('deny_principal', 'denies some only; whoever else is allowed is not stopped'));
  }
  if (statement.Resource !== undefined && !statement.Resource.includes('*')) {
    found.push(add('deny_resource', 'holds for the keys that it names only; in a key policy * is this key'));
  }
  if (one.others.length > 0) {
    found.push(
      add('condition_extra', `denies only where ${printable(one.others.join(' and '))} holds as well`),
    );
  } else if (one.attested > 1) {
    found.push(
      add('condition_extra', 'denies only if all of its registers differ: give each a Deny of its own'),
    );
  }
  return found;
}

/** Members that match everything except what they name. */
function negations(
  { statement }: Judged,
  add: (code: PolicyFindingCode, message: string) => PolicyFinding,
): PolicyFinding[] {
  const { Effect, NotAction, NotPrincipal, NotResource } = statement;
  const reads = Effect === 'Allow' ? 'allows everything else' : 'leaves open what it names';
  return [
    ...(NotAction === undefined ? [] : [add('not_action', `NotAction ${reads}`)]),
    ...(NotPrincipal === undefined ? [] : [add('not_principal', `NotPrincipal: ${reads}`)]),
    ...(NotResource === undefined ? [] : [add('not_resource', `NotResource: ${reads}`)]),
  ];
}

function missingDenies(uncovered: readonly string[]): PolicyFinding[] {
  return Object.entries(USE_ACTIONS)
    .filter(([, actions]) => actions.some((action) => uncovered.includes(action)))
    .map(([group]) => ({
      code: 'deny_missing',
      severity: 'warning',
      statement: null,
      message: `no Deny keeps everybody else from ${group}: one more Allow, or a grant, would open it`,
    }));
}

/**
 * Ways around the policy that remain for somebody. `granting`: no Deny would stop a grant. Conditions of an Allow are
 * not looked at.
 */
function controls(all: readonly Judged[], granting: boolean): PolicyFinding[] {
  return CONTROL_ACTIONS.flatMap(([code, action, can]) => {
    if (all.some((one) => covers(one, action) && isUnconditional(one))) return [];
    return all
      .filter(({ statement }) => statement.Effect === 'Allow' && reaches(statement, action))
      .map(
        ({ name }): PolicyFinding => ({
          code,
          // A Deny overrides a grant. Without a Deny, a grant needs no attestation.
          severity: code === 'grants_allowed' && granting ? 'void' : 'unlocked',
          statement: name,
          message: `whoever has ${action} ${can}`,
        }),
      );
  });
}

/** Expected images that no Allow names. */
function missingImages(all: readonly Judged[], wanted: ReadonlySet<string> | null): PolicyFinding[] {
  const served = new Set(
    all.flatMap(({ statement, images }) => (statement.Effect === 'Allow' ? (images ?? []) : [])),
  );
  return [...(wanted ?? [])]
    .filter((hex) => !served.has(hex))
    .map((hex) => ({
      code: 'pcr0_missing',
      severity: 'warning',
      statement: null,
      message: `the image with PCR0 ${hex} may not use the key`,
    }));
}

/** Whether the policy is the locked template that an enclave compares with. */
function templateFinding({ statements, document }: ReadPolicy): PolicyFinding[] {
  const facts = templateFactsOf(statements);
  const isTemplate = [true, false].some(
    (locked) => facts !== null && isSamePolicy(document, keyPolicy({ ...facts, locked }) as unknown as Json),
  );
  const add = (code: PolicyFindingCode, message: string): PolicyFinding[] => [
    { code, severity: 'unlocked', statement: null, message },
  ];
  if (!isTemplate) {
    return add('template_differs', 'it is not what kms-policy prints, so an enclave calls it mutable');
  }
  if (facts!.images.some((image) => image[1] === undefined || image[2] === undefined)) {
    return add('registers_missing', 'PCR1 and PCR2 are not named, so an enclave calls it mutable');
  }
  return [];
}

function isAccount(principal: Statement['Principal']): boolean {
  if (principal === undefined || principal === '*') return false;
  return (principal['AWS'] ?? []).some((name) => /^(\d{12}|arn:[\w-]+:iam::\d{12}:root)$/.test(name));
}

/** The text comes from other people. No control characters may reach a terminal. */
function printable(text: string): string {
  return text.slice(0, 200).replaceAll(/[^ -~]/g, '?');
}
