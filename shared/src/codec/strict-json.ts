/**
 * JSON with one meaning (RFC 8259 §4, I-JSON RFC 7493 §2.3): no object has a member twice. `JSON.parse` uses the last
 * one and other parsers the first, so that one text could mean two things to two readers.
 */
import { CodecError } from '../errors.ts';

/** Deeper than anything that we read. Code that walks the value recurses. */
const MAX_DEPTH = 64;
/**
 * The value of a JSON text.
 * @throws CodecError `json_malformed` for a text that is not JSON or is nested deeper than 64; `json_member_twice`
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The parser's message quotes the text, which may hold secrets. So the message stays in the cause.
    throw new CodecError('json_malformed', 'not JSON', cause);
  }
  checkMembers(text);
  return value;
}

/** Walks over a valid JSON text. Names are compared by their meaning: `"a"` and `"\u0061"` are the same. */
function checkMembers(text: string): void {
  /** Names of each open object; null for a list. */
  const open: (Set<string> | null)[] = [];
  let isName = false;
  for (const token of tokensOf(text)) {
    if (token === '{' || token === '[') {
      if (open.length === MAX_DEPTH) throw new CodecError('json_malformed', 'nested too deep');
      open.push(token === '{' ? new Set() : null);
      isName = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
      isName = false;
    } else if (token === ',') {
      isName = open.at(-1) !== null;
    } else if (isName) {
      addName(open.at(-1)!, JSON.parse(token) as string);
      isName = false;
    }
  }
}

/** Strings and structural characters in a valid JSON text. Numbers and words lie between them. */
function* tokensOf(text: string): Generator<string> {
  const mark = /["[\]{},]/g;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '"') mark.lastIndex = endOfString(text, mark.lastIndex);
    yield text.slice(found.index, mark.lastIndex);
  }
}

/**
 * The index after the quote that ends the string whose contents begin at `from`. It does not recurse, so strings of
 * megabytes need no stack.
 */
function endOfString(text: string, from: number): number {
  const stop = /["\\]/g;
  stop.lastIndex = from;
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    if (found[0] === '"') return stop.lastIndex;
    stop.lastIndex++;
  }
  return text.length;
}

function addName(names: Set<string>, name: string): void {
  if (names.has(name)) {
    throw new CodecError(
      'json_member_twice',
      `the member ${JSON.stringify(name.slice(0, 64))} stands there twice`,
    );
  }
  names.add(name);
}
