import {
  isSessionTtl,
  parseSubmissionPayload,
  submission,
} from '@perf-aggregator/shared/messages/submission';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

const ACCOUNT = { exchange: 'binance', apiKey: 'key', apiSecret: 'secret' };
const DEFAULTS = {
  persistence: 'sealed',
  reportingCurrency: 'USDT',
  allowTradingKeys: false,
} as const;

/** Paths and names for which a payload is refused. */
function refused(payload: unknown): readonly string[] {
  try {
    parseSubmissionPayload(payload);
  } catch (error) {
    expect(error).toBeInstanceOf(z.ZodError);
    return (error as z.ZodError).issues.map((issue) =>
      [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])].join('.'),
    );
  }
  throw new Error('accepted');
}

describe('when a payload has one account', () => {
  it('reads it as a list with one account', () => {
    const { accounts: many, ...session } = parseSubmissionPayload({ userId: 'u', accounts: [ACCOUNT] });
    expect(parseSubmissionPayload({ userId: 'u', ...ACCOUNT })).toEqual({ ...session, accounts: many });
    expect(session).toEqual({ userId: 'u', ...DEFAULTS });
    expect(many).toEqual([{ ...ACCOUNT, accountType: 'spot', sandbox: false }]);
  });

  it('keeps the values of account and session separate', () => {
    const one = { ...ACCOUNT, sandbox: true, password: 'p', symbols: ['BTC/USDT'], accountType: 'swap' };
    const said = { userId: 'u', label: 'l', persistence: 'memory', allowTradingKeys: true } as const;
    expect(parseSubmissionPayload({ ...said, ...one })).toEqual({
      ...said,
      reportingCurrency: 'USDT',
      accounts: [one],
    });
  });

  it('refuses both forms at once', () => {
    expect(refused({ userId: 'u', ...ACCOUNT, accounts: [ACCOUNT] })).toEqual(['exchange.apiKey.apiSecret']);
  });
});

describe('when a payload is wrong', () => {
  it.each([
    ['an unknown field', { userId: 'u', accounts: [ACCOUNT], privateKey: 'x' }, ['privateKey']],
    ['an unknown field of an account', { userId: 'u', accounts: [{ ...ACCOUNT, x: 1 }] }, ['accounts.0.x']],
    ['no account', { userId: 'u', accounts: [] }, ['accounts']],
    ['33 accounts', { userId: 'u', accounts: new Array(33).fill(ACCOUNT) }, ['accounts']],
    ['no user', { accounts: [ACCOUNT] }, ['userId']],
    ['an empty secret', { userId: 'u', accounts: [{ ...ACCOUNT, apiSecret: '' }] }, ['accounts.0.apiSecret']],
    ['a symbol of another form', { userId: 'u', ...ACCOUNT, symbols: ['BTCUSDT'] }, ['symbols.0']],
    ['another currency', { userId: 'u', ...ACCOUNT, reportingCurrency: 'EUR' }, ['reportingCurrency']],
    ['a lone surrogate', { userId: '\ud800', label: '\udc00', ...ACCOUNT }, ['userId', 'label']],
    ['a lone surrogate in a key', { userId: 'u', ...ACCOUNT, apiKey: '\ud800' }, ['apiKey']],
    ['text', 'payload', ['']],
    ['null', null, ['']],
  ])('names the fields: %s', (_what, payload, fields) => {
    expect(refused(payload)).toEqual(fields);
  });

  it('never repeats a value', () => {
    const secret = fc.uuid();
    fc.assert(
      fc.property(secret, (value) => {
        const wrong = {
          userId: [value],
          label: { value },
          persistence: value,
          reportingCurrency: value,
          allowTradingKeys: value,
          accounts: [
            {
              ...ACCOUNT,
              exchange: value,
              accountType: value,
              sandbox: value,
              symbols: [value],
              more: value,
            },
            { exchange: 'binance', apiKey: value.repeat(200), apiSecret: [value], password: 1 },
            value,
          ],
        };
        try {
          parseSubmissionPayload(wrong);
          expect.unreachable();
        } catch (error) {
          expect(error).toBeInstanceOf(z.ZodError);
          const { message, issues } = error as z.ZodError;
          expect(issues.length).toBeGreaterThan(8);
          expect(`${message} ${JSON.stringify(issues)} ${String(error)}`).not.toContain(value);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('when the body of a submission is read', () => {
  const zeros = (length: number) => Buffer.alloc(length).toString('base64');
  const metadata = { v: 1, handshake_pub: zeros(32), ttl: 3_600 };
  const body = { ephemeral_pub: zeros(32), nonce: zeros(12), ciphertext: zeros(5), tag: zeros(16), metadata };

  it('decodes its binary fields and keeps the metadata in their authenticated form', () => {
    const parsed = submission.parse(body);
    expect([parsed.ephemeral_pub, parsed.nonce, parsed.ciphertext, parsed.tag].map((x) => x.length)).toEqual([
      32, 12, 5, 16,
    ]);
    expect(parsed.metadata).toEqual(metadata);
  });

  it.each([
    ['ephemeral_pub', { ephemeral_pub: zeros(31) }],
    ['ephemeral_pub', { ephemeral_pub: zeros(32).slice(0, -1) }],
    ['nonce', { nonce: zeros(16) }],
    ['ciphertext', { ciphertext: 'Zh==' }],
    ['tag', { tag: zeros(12) }],
    ['metadata.v', { metadata: { ...metadata, v: 2 } }],
    ['metadata.handshake_pub', { metadata: { ...metadata, handshake_pub: zeros(33) } }],
    ['metadata.ttl', { metadata: { ...metadata, ttl: 1.5 } }],
    ['metadata', { metadata: { ...metadata, more: 1 } }],
    ['', { more: 1 }],
  ])('refuses another %s', (path, change) => {
    const { success, error } = submission.safeParse({ ...body, ...change });
    expect(success).toBe(false);
    expect(error!.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('accepts a time to live from a minute to a week', () => {
    expect([59, 60, 604_800, 604_801].map(isSessionTtl)).toEqual([false, true, true, false]);
  });
});
