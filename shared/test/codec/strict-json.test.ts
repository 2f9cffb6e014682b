import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { CodecError } from '@perf-aggregator/shared/errors';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function codeOf(text: string): string {
  try {
    parseStrictJson(text);
    return 'read';
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return error.code;
  }
}

describe('when an object contains a member twice', () => {
  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '[{"a":1},{"a":1,"a":2}]',
    '{"x":{"a":1,"a":2}}',
    '{"x":[1,{"y":{}},{"a":[],"a":[]}]}',
    // One name in two spellings.
    '{"a":1,"\\u0061":2}',
    '{"\\/":1,"/":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a\\"":1,"a\\"":2}',
    ' { "a" : 1 , "a" : 2 } ',
    '{"a":{},"b":[{}],"a":0}',
    '{"a":"}","a":"{"}',
    '{"a":"\\\\","a":0}',
  ])('%s is refused', (text) => {
    expect(codeOf(text)).toBe('json_member_twice');
  });
});

describe('when names are similar but not equal', () => {
  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":["a","a",{"a":"a"}],"b":{"a":0}}',
    '{"a":1,"A":2,"a ":3}',
    '{"a":"\\",\\"a\\":"}',
    '["a","a"]',
    '"{\\"a\\":1,\\"a\\":2}"',
    '{"ä":1,"ä":2}',
    '-1.5e3',
    'null',
  ])('%s is read in the same way as by JSON.parse', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });
});

describe('when a text is not JSON, or is nested too deeply', () => {
  it.each(['', '{', '{"a"}', "{'a':1}", '{"a":1}}', '[1,]', '\ufeff{}', 'undefined', '{"a":1,}'])(
    '%s is refused',
    (text) => {
      expect(codeOf(text)).toBe('json_malformed');
    },
  );

  it('64 levels are read, and one more or a hundred thousand are refused', () => {
    expect(codeOf('['.repeat(64) + ']'.repeat(64))).toBe('read');
    expect(codeOf('['.repeat(65) + ']'.repeat(65))).toBe('json_malformed');
    expect(codeOf(`${'{"a":'.repeat(65)}0${'}'.repeat(65)}`)).toBe('json_malformed');
    expect(codeOf('['.repeat(100_000) + ']'.repeat(100_000))).toBe('json_malformed');
  });

  it('strings of megabytes, plain or escaped, and a million names use little stack and time', () => {
    for (const text of ['x'.repeat(8 << 20), '\\\\'.repeat(4 << 20), '\\"'.repeat(4 << 20)]) {
      expect(codeOf(`{"a":"${text}","b":"${text}"}`)).toBe('read');
      expect(codeOf(`{"a":"${text}","a":0}`)).toBe('json_member_twice');
    }
    const many = Array.from({ length: 200_000 }, (_, i) => `"n${i}":0`).join(',');
    expect(codeOf(`{${many}}`)).toBe('read');
    expect(codeOf(`{${many},"n7":0}`)).toBe('json_member_twice');
  });

  it('no message quotes the text', () => {
    expect(() => parseStrictJson('{"secret-marker"')).toThrow(
      expect.objectContaining({ message: 'not JSON' }),
    );
  });
});

describe('when JSON is random', () => {
  const value = fc.jsonValue({ depthSize: 'small', maxDepth: 6 });

  it('the output of JSON.stringify is read back unchanged', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, 2), (made, indent) => {
        const text = JSON.stringify(made, null, indent);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('an object with one repeated name is refused', () => {
    const object = fc.dictionary(fc.string(), value, { minKeys: 1, noNullPrototype: true });
    fc.assert(
      fc.property(object, fc.nat(), (made, pick) => {
        const names = Object.keys(made);
        const name = JSON.stringify(names[pick % names.length]);
        const text = JSON.stringify(made);
        expect(codeOf(`{${name}:0,${text.slice(1)}`)).toBe('json_member_twice');
        expect(codeOf(`[0,{"x":${text.slice(0, -1)},${name}:0}}]`)).toBe('json_member_twice');
      }),
    );
  });
});
