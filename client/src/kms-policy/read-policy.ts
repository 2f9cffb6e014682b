/**
 * Turns the text of a key policy into statements whose members are lists. The reader is strict: it refuses what AWS
 * would refuse.
 */
import type { Json } from '@perf-aggregator/shared/codec/canonical-json';
import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import * as z from 'zod';
import { KeyPolicyError, type KeyPolicyErrorCode } from './errors.ts';

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const values = z.union([value, z.array(value)]).transform((one) => [one].flat());
const principal = z.union([z.literal('*'), z.record(z.string(), texts)]);

const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: principal.optional(),
    NotPrincipal: principal.optional(),
    Action: texts.optional(),
    NotAction: texts.optional(),
    Resource: texts.optional(),
    NotResource: texts.optional(),
    Condition: z.record(z.string(), z.record(z.string(), values)).default({}),
  })
  .refine(
    (one) => (one.Principal === undefined) !== (one.NotPrincipal === undefined),
    'one of Principal and NotPrincipal',
  )
  .refine(
    (one) => (one.Action === undefined) !== (one.NotAction === undefined),
    'one of Action and NotAction',
  )
  .refine(
    (one) => (one.Resource === undefined) !== (one.NotResource === undefined),
    'one of Resource and NotResource',
  );

const policy = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.union([statement.transform((one) => [one]), z.array(statement)]),
});

/** A statement of a policy after reading. */
export type Statement = z.output<typeof statement>;

/** A policy after reading. */
export interface ReadPolicy {
  readonly statements: readonly Statement[];
  /** As written in the text. */
  readonly document: Json;
}

/** The longest policy that KMS accepts, in characters. Nearly all of them are ASCII. */
const MAX_POLICY_CHARACTERS = 32 * 1024;

/**
 * Reads a key policy.
 * @throws KeyPolicyError `key_policy_not_json`, `key_policy_malformed`, with line and column
 */
export function readPolicy(text: string): ReadPolicy {
  if (text.length > MAX_POLICY_CHARACTERS) {
    throw refusal('key_policy_malformed', '', 0, 'longer than the 32 KiB that KMS takes');
  }
  const tree = parse(text);
  const repeated = repeatedMember(tree);
  if (repeated !== undefined) {
    throw refusal('key_policy_malformed', text, repeated.offset, `${repeated.value} stands there twice`);
  }
  const document = JSON.parse(text) as Json;
  const result = policy.safeParse(document);
  if (result.success) return { statements: result.data.Statement, document };
  const { path, message } = deepest(result.error.issues);
  const at = findNodeAtLocation(tree, path as (string | number)[]) ?? tree;
  throw refusal('key_policy_malformed', text, at.offset, `${path.join('.') || 'the document'}: ${message}`);
}

function parse(text: string): Node {
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = parseTree(text, errors, { disallowComments: true });
  } catch (cause) {
    // The parser is recursive.
    if (cause instanceof RangeError) throw refusal('key_policy_malformed', '', 0, 'nested too deep');
    throw cause;
  }
  const [error] = errors;
  if (tree !== undefined && error === undefined) return tree;
  throw refusal('key_policy_not_json', text, error?.offset ?? 0, 'not JSON');
}

/** The deepest issue. For a union, this is the issue of the member that matched furthest. */
function deepest(issues: readonly z.core.$ZodIssue[]): { path: PropertyKey[]; message: string } {
  const found = issues.flatMap((issue) => {
    const inner =
      issue.code === 'invalid_union'
        ? issue.errors.filter((one) => one.length > 0).map((one) => deepest(one))
        : [];
    return [issue, ...inner.map((one) => ({ ...one, path: [...issue.path, ...one.path] }))];
  });
  const { path, message } = found.reduce((best, one) => (one.path.length > best.path.length ? one : best));
  return { path: [...path], message };
}

/** The second key of the first object with a repeated member. Readers differ in which of the two they take. */
function repeatedMember(node: Node): Node | undefined {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const [key] = node.type === 'object' ? (child.children ?? []) : [];
    if (key !== undefined && seen.has(key.value)) return key;
    if (key !== undefined) seen.add(key.value);
    const inner = repeatedMember(child);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function refusal(code: KeyPolicyErrorCode, text: string, offset: number, what: string): KeyPolicyError {
  const before = text.slice(0, offset).split('\n');
  // The text comes from other people. No control characters may reach the terminal.
  const printable = what.slice(0, 200).replaceAll(/[^ -~]/g, '?');
  return new KeyPolicyError(code, `line ${before.length}, column ${before.at(-1)!.length + 1}: ${printable}`);
}
