/**
 * Evaluates key policies as AWS does: a matching Deny decides, or else a matching Allow, or else nothing is allowed. A
 * part of a document that it does not understand counts against the caller.
 */

/** A call that needs authorization. */
export interface AccessRequest {
  readonly roleArn: string;
  readonly account: string;
  /** Actions that the caller's IAM policies allow. */
  readonly iamActions: readonly string[];
  /** `kms:Decrypt`, … */
  readonly action: string;
  readonly resource: string;
  /** Condition keys in lower case. A missing key is not in the request. */
  readonly context: ReadonlyMap<string, string>;
}

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

/** Whether the key policy `document` (JSON) allows `request`. */
export function isAuthorized(document: string, request: AccessRequest): boolean {
  const { Statement: statements } = JSON.parse(document) as { Statement?: unknown };
  const all = list(statements) as readonly Statement[];
  if (all.some((one) => one.Effect !== 'Allow' && applies(one, request, true))) return false;
  return all.some((one) => one.Effect === 'Allow' && applies(one, request, false));
}

/** @param unknown - the result of a condition that is not understood */
function applies(statement: Statement, request: AccessRequest, unknown: boolean): boolean {
  return (
    names(statement.Action, statement.NotAction, request.action) &&
    names(statement.Resource, statement.NotResource, request.resource) &&
    matchesPrincipal(statement, request) &&
    matchesConditions(statement.Condition, request.context, unknown)
  );
}

/** Whether the patterns match `value`, or the negated patterns do not. */
function names(patterns: unknown, negated: unknown, value: string): boolean {
  const some = (all: unknown) => list(all).some((pattern) => matchesPattern(pattern, value));
  return negated === undefined ? some(patterns) : !some(negated);
}

/** An Allow for the whole account only delegates to IAM. A Deny for it concerns everybody in it. */
function matchesPrincipal(statement: Statement, request: AccessRequest): boolean {
  const { Principal, NotPrincipal } = statement;
  if (NotPrincipal !== undefined) {
    return !matchesPrincipal({ Effect: 'Deny', Principal: NotPrincipal }, request);
  }
  if (Principal === '*') return true;
  const names = list((Principal as { AWS?: unknown } | undefined)?.AWS);
  if (names.includes('*') || names.includes(request.roleArn)) return true;
  const isAccount = names.includes(`arn:aws:iam::${request.account}:root`) || names.includes(request.account);
  if (!isAccount) return false;
  return (
    statement.Effect !== 'Allow' || request.iamActions.some((one) => matchesPattern(one, request.action))
  );
}

function matchesConditions(
  conditions: unknown,
  context: ReadonlyMap<string, string>,
  unknown: boolean,
): boolean {
  for (const [operator, keys] of Object.entries(conditions ?? {})) {
    for (const [key, values] of Object.entries(keys as object)) {
      if (!(matchesCondition(operator, context.get(key.toLowerCase()), list(values)) ?? unknown))
        return false;
    }
  }
  return true;
}

/**
 * `undefined`: the operator is not understood. As in AWS, negated operators are true for missing keys. `Like` compares
 * without case here.
 */
function matchesCondition(
  operator: string,
  actual: string | undefined,
  values: readonly unknown[],
): boolean | undefined {
  const [, any, name = '', ifExists] = /^(For(?:Any|All)Values?:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (any !== undefined || ifExists !== undefined) {
    // For a missing key, "all" is true and "any" is false.
    if (actual === undefined) return ifExists !== undefined || any === 'ForAllValues:';
    return matchesCondition(name, actual, values);
  }
  const texts = values.map(String);
  const lower = texts.map((text) => text.toLowerCase());
  switch (operator) {
    case 'StringEquals':
      return actual !== undefined && texts.includes(actual);
    case 'StringNotEquals':
      return actual === undefined || !texts.includes(actual);
    case 'StringEqualsIgnoreCase':
      return actual !== undefined && lower.includes(actual.toLowerCase());
    case 'StringNotEqualsIgnoreCase':
      return actual === undefined || !lower.includes(actual.toLowerCase());
    case 'StringLike':
      return actual !== undefined && texts.some((text) => matchesPattern(text, actual));
    case 'StringNotLike':
      return actual === undefined || !texts.some((text) => matchesPattern(text, actual));
    case 'Null':
      return lower.includes(String(actual === undefined));
    default:
      return undefined;
  }
}

/** `*` and `?` are wildcards. Actions are compared without case. */
function matchesPattern(pattern: unknown, value: string): boolean {
  if (typeof pattern !== 'string') return false;
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(value);
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
