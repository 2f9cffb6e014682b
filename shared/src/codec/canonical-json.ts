/** Canonical JSON: the JSON Canonicalization Scheme of RFC 8785 (sorted keys, ECMAScript numbers). */
import { utf8 } from '../bytes.ts';
import { CodecError } from '../errors.ts';

/** A value that JSON can represent. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Canonical text of `value`: members sorted by UTF-16 code units (RFC 8785 §3.2.3), no white space.
 * Members whose value is `undefined` are left out.
 * @throws CodecError `json_not_canonicalizable` for NaN, infinities, lone surrogates and non-JSON values
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refuse('a lone surrogate');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw refuse('a number that is not finite');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${Array.from(value, (item) => canonicalJson(item)).join(',')}]`;
      return canonicalObject(value as Record<string, unknown>);
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      throw refuse(`a ${typeof value}`);
  }
}

/** UTF-8 bytes of {@link canonicalJson}. */
export function canonicalJsonBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value));
}

function canonicalObject(value: Record<string, unknown>): string {
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) throw refuse('an object that is not plain');
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${canonicalJson(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

function refuse(what: string): CodecError {
  return new CodecError('json_not_canonicalizable', `canonical JSON cannot say ${what}`);
}
