import { AxiosError } from 'axios';
import { describe, expect, it } from 'vitest';
import { codeOf, codeOfRejection } from '../../../shared/test/codes.ts';
import { ClientError, SecurityError, ServiceError } from '../../src/errors.ts';
import { SecureClient } from '../../src/sdk/secure-client.ts';
import type { SyncProgress } from '../../src/sdk/waiting.ts';
import { ports, registered, service, slept } from './clients.ts';
import { MADE_AT, problem, SESSION } from './fake-service.ts';

describe('when a client reads', () => {
  it('a question without parameters has no query, any other is sealed', async () => {
    const client = await registered();
    expect(await client.getMetrics()).toEqual({ fine: true });
    await client.getSummary({ from: '2026-01-01', to: '2026-01-31' });
    const [bare, sealed] = service.requests.map(({ path }) => path);
    expect(bare).toBe(`/enclave/metrics/${SESSION}`);
    expect(sealed).toMatch(/^\/enclave\/summary\/s{43}\?q=[\w-]+$/);
    expect(Buffer.from(sealed!.split('=')[1]!, 'base64url').toString()).not.toContain('2026');
  });

  it('an altered question, an old answer and a forged one are detected', async () => {
    const client = await registered();
    const old = service.seal({});
    service.sequence = 2;
    await client.getMetrics();
    const answers = [
      [old, 'rollback_detected'],
      [service.seal({ parameters: { from: '2020-01-01' } }), 'response_mismatch'],
      [service.seal({ operation: 'summary' }), 'response_mismatch'],
      [{ result: { fine: true } }, 'response_unreadable'],
    ] as const;
    for (const [body, code] of answers) {
      service.answer = () => ({ status: 200, body });
      expect(await codeOfRejection(client.getMetrics(), SecurityError)).toBe(code);
    }
  });

  it('it waits while the account is read, up to the given time', async () => {
    const client = await registered();
    let pending = 3;
    const refusal = { code: 'sync_pending', message: 'soon' };
    service.answer = () => {
      if (pending-- <= 0) return undefined;
      const sealed = service.seal({ refusal, result: { progress: 0.5, entries: 7 } });
      return problem('sync_pending', 409, { sealed, retry_after_ms: 500 });
    };
    const seen: SyncProgress[] = [];
    expect(await client.getMetrics({}, { onProgress: (done) => seen.push(done) })).toEqual({ fine: true });
    expect(slept).toEqual([500, 625, 781.25]);
    expect(seen).toEqual(Array.from({ length: 3 }, () => ({ progress: 0.5, entries: 7 })));
    pending = Number.POSITIVE_INFINITY;
    expect(await codeOfRejection(client.getMetrics({}, { timeoutMs: 1_200 }), ClientError)).toBe(
      'sync_timeout',
    );
    expect(slept).toHaveLength(3 + 3);
  });

  it('a refusal without a reason, or for another question, is not believed', async () => {
    const client = await registered();
    service.answer = () => problem('query_refused', 422, { sealed: service.seal({}) });
    expect(await codeOfRejection(client.getMetrics(), SecurityError)).toBe('response_mismatch');
    const refusal = { code: 'period_empty', message: 'x' };
    service.answer = () =>
      problem('query_refused', 422, { sealed: service.seal({ operation: 'report', refusal }) });
    expect(await codeOfRejection(client.getMetrics(), SecurityError)).toBe('response_mismatch');
    expect(await codeOfRejection(client.getReport(), ServiceError)).toBe('period_empty');
  });

  it('a genuine refusal that is passed off as an answer is not one', async () => {
    const client = await registered();
    const refusal = { code: 'sync_pending', message: 'soon' };
    const result = { progress: 0.5, entries: 7 };
    service.answer = () => ({ status: 200, body: service.seal({ refusal, result }) });
    expect(await codeOfRejection(client.getMetrics(), SecurityError)).toBe('response_mismatch');
    expect(await codeOfRejection(client.getReport(), SecurityError)).toBe('response_mismatch');
  });

  it('pages follow one another by their cursors, and cover the days of the first', async () => {
    const client = await registered();
    const asked: unknown[] = [];
    service.content = (content) => {
      asked.push([content.operation, content.parameters]);
      const nextCursor = { 1: 'second', 2: 'third' }[asked.length] ?? null;
      return { ...content, result: { from: '2026-01-02', to: '2026-01-31', nextCursor } };
    };
    const cursors: unknown[] = [];
    for await (const page of client.tradesPages({ period: '30d', symbol: 'BTC/USDT', limit: 2 })) {
      cursors.push(page.nextCursor);
    }
    const days = { from: '2026-01-02', to: '2026-01-31' };
    expect(cursors).toEqual(['second', 'third', null]);
    expect(asked).toEqual([
      ['trades', { period: '30d', symbol: 'BTC/USDT', limit: 2 }],
      ['trades', { ...days, symbol: 'BTC/USDT', limit: 2, cursor: 'second' }],
      ['trades', { ...days, symbol: 'BTC/USDT', limit: 2, cursor: 'third' }],
    ]);
    asked.length = 5;
    for await (const page of client.returnsPages()) expect(page.nextCursor).toBeNull();
    expect(asked.slice(5)).toEqual([['returns', {}]]);
  });

  it('a page that answers another question ends the reading', async () => {
    const client = await registered();
    const result = { from: '2026-01-02', to: '2026-01-31', nextCursor: '2026-01-20' };
    let pages = 0;
    service.content = (content) =>
      ++pages === 1 ? { ...content, result } : { ...content, parameters: { cursor: '2026-01-10' } };
    const reading = async () => {
      for await (const page of client.returnsPages()) expect(page.nextCursor).toBe('2026-01-20');
    };
    expect(await codeOfRejection(reading(), SecurityError)).toBe('response_mismatch');
  });

  it('an invalid report is malformed', async () => {
    expect(await codeOfRejection((await registered()).getReport(), ClientError)).toBe('service_malformed');
  });
});

describe('when a client renews and revokes', () => {
  it('each renewal has a higher counter, which is used up even when it fails', async () => {
    const client = await registered();
    const counters: unknown[] = [];
    service.content = (content) => {
      counters.push((content.parameters as { counter: number }).counter);
      return { ...content, result: { expires_at: MADE_AT + 5 } };
    };
    expect(await client.renew(300)).toBe(MADE_AT + 5);
    service.answer = () => problem('overloaded', 503, { retry_after_ms: 1_000 });
    expect(await codeOfRejection(client.renew(300), ServiceError)).toBe('overloaded');
    service.answer = () => undefined;
    await client.renew();
    expect(counters).toEqual([1, 3]);
    expect(client.export().expiresAt).toBe(MADE_AT + 5);
  });

  it('after a revocation there is no session', async () => {
    const client = await registered();
    await client.revoke();
    expect(service.paths).toEqual([`DELETE /enclave/revoke/${SESSION}`]);
    expect(codeOf(() => client.export(), ClientError)).toBe('not_registered');
  });

  it('a resumed client continues to read and cannot register again', async () => {
    const client = SecureClient.resume((await registered()).export(), ports());
    expect(await client.getMetrics()).toEqual({ fine: true });
    expect(await codeOfRejection(client.register(), ClientError)).toBe('already_registered');
  });
});

describe('when the service cannot be reached or understood', () => {
  it('the error names the service and the reason, and no sent data', async () => {
    const client = await registered();
    service.answer = () => {
      throw new AxiosError('secret-marker', 'ECONNREFUSED');
    };
    const error = await client.getMetrics({ from: '2026-01-01' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({
      code: 'service_unreachable',
      message: 'http://service.test cannot be reached (ECONNREFUSED)',
    });
    expect((error as Error).cause).toBeUndefined();
  });

  it.each([500, 302, 404])('a %d without a problem document is malformed', async (status) => {
    const client = await registered();
    service.answer = () => ({ status, body: '<html>' });
    expect(await codeOfRejection(client.getMetrics(), ClientError)).toBe('service_malformed');
  });
});
