import { createHash } from 'node:crypto';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import { systemRandom } from '@perf-aggregator/shared/random';
import { SDJwtInstance } from '@sd-jwt/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { ReportError } from '../../src/report/errors.ts';
import { discloseClaims, isSignedBy, parseSdJwt } from '../../src/report/sd-jwt.ts';

const SEED = new Uint8Array(32).fill(5);
const KEY = crypto.ed25519PublicKey(SEED);
const HEADER = { alg: 'EdDSA', typ: 'perf-report+sd-jwt' };
const CLAIMS = { iat: 1, open: { deep: [1, 'two'] }, metrics: { sharpe: 1.5, total: 0.25, list: [1, null] } };

/** The oracle is an independent implementation of RFC 9901. */
const oracle = new SDJwtInstance<Record<string, unknown>>({
  signer: (input: string) => encodeBase64Url(crypto.ed25519Sign(SEED, utf8(input))),
  verifier: (input: string, signature: string) =>
    crypto.ed25519Verify(KEY, utf8(input), new Uint8Array(Buffer.from(signature, 'base64url'))),
  signAlg: HEADER.alg,
  hashAlg: 'sha-256',
  hasher: (data: string | ArrayBuffer) =>
    new Uint8Array(
      createHash('sha256')
        .update(typeof data === 'string' ? data : new Uint8Array(data))
        .digest(),
    ),
  saltGenerator: (length: number) => encodeBase64Url(systemRandom.bytes(length)),
});

const json = (value: unknown) => encodeBase64Url(utf8(JSON.stringify(value)));
const digest = (disclosure: string) => createHash('sha256').update(disclosure).digest('base64url');

/** A compact, signed SD-JWT of `payload` with `disclosures`. */
function signed(payload: object, disclosures: readonly string[] = [], header: object = HEADER): string {
  const input = `${json(header)}.${json(payload)}`;
  const jwt = `${input}.${encodeBase64Url(crypto.ed25519Sign(SEED, utf8(input)))}`;
  return [jwt, ...disclosures, ''].join('~');
}

const parse = (compact: string) => parseSdJwt(compact, 1);
const disclosed = (compact: string) => discloseClaims(parse(compact), crypto);
const refusal = (compact: string) => codeOf(() => disclosed(compact), ReportError);

/** A payload whose `metrics` refer to exactly `disclosures`. */
function referring(...disclosures: readonly string[]): object {
  return { metrics: { _sd: disclosures.map(digest) }, _sd_alg: 'sha-256' };
}

describe('when another implementation issues a token', () => {
  const issue = (claims: Record<string, unknown>) =>
    oracle.issue(claims, { metrics: { _sd: Object.keys(claims['metrics'] as object) } } as never, {
      header: { typ: HEADER.typ },
    });

  it('both back ends read it', async () => {
    const parts = parse(await issue(CLAIMS));
    for (const backend of [crypto, noble]) {
      expect(isSignedBy(parts, KEY, backend)).toBe(true);
      expect(discloseClaims(parts, backend)).toEqual(CLAIMS);
    }
  });

  it('any choice of disclosures gives the same claims as in that implementation', async () => {
    const names = fc.uniqueArray(fc.constantFrom(...Object.keys(CLAIMS.metrics)));
    await fc.assert(
      fc.asyncProperty(names, fc.dictionary(fc.string(), fc.jsonValue()), async (chosen, metrics) => {
        const reserved = new Set(['_sd', '...', '_sd_alg', '__proto__']);
        const own = Object.entries(metrics).filter(([name]) => !reserved.has(name));
        const compact = await issue({
          ...CLAIMS,
          metrics: { ...CLAIMS.metrics, ...Object.fromEntries(own) },
        });
        const frame = Object.fromEntries(chosen.map((name) => [name, true]));
        const presented = await oracle.present(compact, { metrics: frame } as never);
        const { payload } = await oracle.verify(presented);
        expect(disclosed(presented)).toEqual(payload);
      }),
      { numRuns: 30 },
    );
  });
});

describe('when the compact form is changed', () => {
  const good = signed({ a: 1, _sd_alg: 'sha-256' });

  it('the correct form is read', () => {
    expect(disclosed(good)).toEqual({ a: 1 });
    expect(isSignedBy(parse(good), KEY, crypto)).toBe(true);
  });

  const jwt = good.slice(0, -1);
  const [head = '', payload = '', signature = ''] = jwt.split('.');
  it.each([
    ['nothing', ''],
    ['only a separator', '~'],
    ['no separator at the end', jwt],
    ['a key-binding JWT at the end', `${good}${jwt}`],
    ['a part too few', `${head}.${payload}~`],
    ['a part too many', `${jwt}.x~`],
    ['padding', `${jwt}=~`],
    ['white space', ` ${good}`],
    ['a header that is no JSON', `${encodeBase64Url(utf8('{'))}.${payload}.${signature}~`],
    ['a header that is a list', `${json([])}.${payload}.${signature}~`],
    ['a payload that is text', `${head}.${json('text')}.${signature}~`],
    ['a payload that is not UTF-8', `${head}.${encodeBase64Url(Uint8Array.of(0xff))}.${signature}~`],
  ])('%s is refused', (_, compact) => {
    expect(refusal(compact)).toBe('report_signature_invalid');
  });

  it.each([
    ['alg', { ...HEADER, alg: 'none' }],
    ['alg', { ...HEADER, alg: 'Ed25519' }],
    ['typ', { ...HEADER, typ: 'dc+sd-jwt' }],
    ['alg', { typ: HEADER.typ }],
    ['typ', { alg: HEADER.alg }],
  ])('a header with another %s is refused', (_, header) => {
    expect(refusal(signed({ _sd_alg: 'sha-256' }, [], header))).toBe('report_signature_invalid');
  });

  it.each([[{}], [{ _sd_alg: 'sha-512' }], [{ _sd_alg: 'SHA-256' }], [{ _sd_alg: null }]])(
    'the hash must be named, and must be SHA-256: %j',
    (claims) => expect(refusal(signed(claims))).toBe('report_signature_invalid'),
  );

  it('a signature has one encoding: any other last character is refused or does not verify', () => {
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const verifying = characters.split('').filter((last) => {
      const compact = `${jwt.slice(0, -1)}${last}~`;
      try {
        return isSignedBy(parse(compact), KEY, crypto);
      } catch (error) {
        expect(error).toBeInstanceOf(ReportError);
        return false;
      }
    });
    expect(verifying).toEqual([jwt.at(-1)]);
  });

  it('a signature does not verify under another key, or for another payload', () => {
    expect(isSignedBy(parse(good), crypto.ed25519PublicKey(new Uint8Array(32)), crypto)).toBe(false);
    const other = json({ a: 2, _sd_alg: 'sha-256' });
    expect(isSignedBy(parse(`${head}.${other}.${signature}~`), KEY, crypto)).toBe(false);
  });
});

describe('when disclosures are changed', () => {
  const sharpe = json(['salt-1', 'sharpe', 1.5]);
  const total = json(['salt-2', 'total', 0.25]);

  it('those with a digest are accepted, and any of them may be left out', () => {
    expect(disclosed(signed(referring(sharpe, total), [total]))).toEqual({ metrics: { total: 0.25 } });
    expect(disclosed(signed(referring(sharpe, total)))).toEqual({ metrics: {} });
  });

  it.each([
    ['one given twice', referring(sharpe), [sharpe, sharpe]],
    ['one that nothing refers to', referring(sharpe), [sharpe, total]],
    ['one that is referred to twice', referring(sharpe, sharpe), [sharpe]],
    ['an empty one', referring(sharpe), [sharpe, '']],
    [
      'one over an open claim',
      { metrics: { sharpe: 9, _sd: [digest(sharpe)] }, _sd_alg: 'sha-256' },
      [sharpe],
    ],
    ['digests that are no list', { metrics: { _sd: digest(sharpe) }, _sd_alg: 'sha-256' }, [sharpe]],
    ['digests that are no text', { metrics: { _sd: [1] }, _sd_alg: 'sha-256' }, []],
    ['an array element to disclose', { '...': digest(sharpe), _sd_alg: 'sha-256' }, [sharpe]],
  ])('%s is refused', (_, payload, disclosures) => {
    expect(refusal(signed(payload, disclosures))).toBe('disclosure_invalid');
  });

  it('two disclosures of the same name are refused', () => {
    const again = json(['salt-3', 'sharpe', 9]);
    expect(refusal(signed(referring(sharpe, again), [sharpe, again]))).toBe('disclosure_invalid');
  });

  it.each([
    ['an object', json({ salt: 's', name: 'n', value: 1 })],
    ['an array element', json(['salt', 1])],
    ['four members', json(['salt', 'name', 1, 2])],
    ['a salt that is no text', json([1, 'name', 1])],
    ['a name that is no text', json(['salt', 1, 1])],
    ['the name _sd', json(['salt', '_sd', []])],
    ['the name ...', json(['salt', '...', 'x'])],
    ['text that is no JSON', encodeBase64Url(utf8('['))],
    ['bytes that are no UTF-8', encodeBase64Url(Uint8Array.of(0xff))],
    ['padded base64url', `${json(['salt', 'name', 1])}=`],
  ])('%s is refused, although a digest refers to it', (_, disclosure) => {
    expect(refusal(signed(referring(disclosure), [disclosure]))).toBe('disclosure_invalid');
  });

  it('a disclosure has one encoding', () => {
    const text = json(['salt', 'name', 1]);
    expect(text.length % 4).not.toBe(0);
    const respelled = `${text.slice(0, -1)}${String.fromCharCode(text.charCodeAt(text.length - 1) + 1)}`;
    expect(Buffer.from(respelled, 'base64url')).toEqual(Buffer.from(text, 'base64url'));
    expect(refusal(signed(referring(text), [respelled]))).toBe('disclosure_invalid');
    expect(refusal(signed(referring(respelled), [respelled]))).toBe('disclosure_invalid');
  });

  it('a disclosed value cannot contain digests', () => {
    const outer = json(['salt', 'outer', { _sd: [digest(sharpe)] }]);
    expect(refusal(signed(referring(outer), [outer, sharpe]))).toBe('disclosure_invalid');
  });

  it('the name of a prototype member is an ordinary name', () => {
    const evil = json(['salt', '__proto__', { admin: true }]);
    const { metrics } = disclosed(signed(referring(evil), [evil])) as { metrics: object };
    expect(Object.getPrototypeOf(metrics)).toBe(Object.prototype);
    expect(Object.hasOwn(metrics, '__proto__')).toBe(true);
  });

  it('any text that fails throws a coded error', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (text, value) => {
        for (const disclosure of [text.replaceAll('~', ''), json(value)]) {
          expect(refusal(signed({ _sd_alg: 'sha-256' }, [disclosure]))).toBe('disclosure_invalid');
        }
      }),
    );
  });
});
