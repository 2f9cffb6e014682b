import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLossless } from '../../../src/venues/ccxt/lossless-json.ts';

describe('when JSON is read without loss', () => {
  it.each<[string, unknown]>([
    ['{"id":9007199254740993}', { id: '9007199254740993' }],
    ['[940708407462087195, 1]', ['940708407462087195', '1']],
    ['{"a" : 1.10 , "b":[ 5.482e-6 ,-0,1E+2]}', { a: '1.10', b: ['5.482e-6', '-0', '1E+2'] }],
    ['{"a":\n\t12}', { a: '12' }],
    [' 7 ', '7'],
    ['[[1],[2,[3]]]', [['1'], ['2', ['3']]]],
    ['{"a":"1, 2: 3"}', { a: '1, 2: 3' }],
    ['{"a":"say \\"1\\", 2"}', { a: 'say "1", 2' }],
    ['{"a":"ends with \\\\","b":1}', { a: 'ends with \\', b: '1' }],
    ['{"1":1,"-2":"x"}', { '1': '1', '-2': 'x' }],
    ['["\\u0031",1]', ['1', '1']],
    ['[true,false,null]', [true, false, null]],
    [`[${'9'.repeat(200)}]`, ['9'.repeat(200)]],
    ['{}', {}],
  ])('%s', (text, expected) => {
    expect(parseLossless(text)).toEqual(expected);
  });

  it.each([
    ...['', '01', '+1', '1.', '.5', '1e', '-', '{a:1}', '[1,]', '{"a":1 2}', '[1 2]', '"x', 'NaN', '[0x1]'],
    ...['<html>1</html>', '[1]2', "{'a':1}", '[1.2.3]', '[--1]', '"1"2"3"'],
  ])('refuses what is no JSON: %s', (text) => {
    expect(() => parseLossless(text)).toThrow(SyntaxError);
  });

  it('gives what JSON.parse gives, with numbers as their text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        expect(parseLossless(JSON.stringify(value, null, space))).toEqual(
          textual(JSON.parse(JSON.stringify(value))),
        );
      }),
    );
  });

  it('keeps the text of any number, wherever it stands', () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,30})?([eE][+-]?\d{1,3})?$/);
    const gap = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
    fc.assert(
      fc.property(number, gap, fc.string(), (text, space, beside) => {
        const name = JSON.stringify(beside);
        const json = `{"a":${space}${text}${space},"b":[${space}${text},${name}],"c":${name}}`;
        expect(parseLossless(json)).toEqual({ a: text, b: [text, beside], c: beside });
      }),
    );
  });
});

/** The value with the text of each number in its place. JSON.stringify writes the shortest text of a number. */
function textual(value: unknown): unknown {
  if (typeof value === 'number') return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(textual);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, textual(member)]));
}
