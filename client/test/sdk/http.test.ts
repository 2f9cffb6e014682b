import type { AxiosAdapter } from 'axios';
import { AxiosError } from 'axios';
import { describe, expect, it } from 'vitest';
import { ClientError } from '../../src/errors.ts';
import { Http } from '../../src/sdk/http.ts';

/** A connection that fails so often with this code, and then answers; every attempt is counted. */
function failing(code: string, times: number): { adapter: AxiosAdapter; attempts: string[] } {
  const attempts: string[] = [];
  const adapter: AxiosAdapter = (config) => {
    attempts.push(String(config.method).toUpperCase());
    if (attempts.length <= times) return Promise.reject(new AxiosError('cut', code, config));
    return Promise.resolve({ data: '{"ok":true}', status: 200, statusText: '', headers: {}, config });
  };
  return { adapter, attempts };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ClientError);
  return (error as ClientError).code;
}

describe('when a kept connection was closed by the service', () => {
  it('a read is asked once more', async () => {
    const { adapter, attempts } = failing('ECONNRESET', 1);
    expect(await new Http('http://service.test', adapter).request('GET', '/health')).toEqual({ ok: true });
    expect(attempts).toEqual(['GET', 'GET']);
  });

  it('and no second time', async () => {
    const { adapter, attempts } = failing('ECONNRESET', 2);
    expect(await codeOf(new Http('http://service.test', adapter).request('GET', '/'))).toBe(
      'service_unreachable',
    );
    expect(attempts).toEqual(['GET', 'GET']);
  });

  it.each(['POST', 'DELETE'] as const)('a %s is not repeated: it may have been done', async (method) => {
    const { adapter, attempts } = failing('ECONNRESET', 1);
    expect(await codeOf(new Http('http://service.test', adapter).request(method, '/', {}))).toBe(
      'service_unreachable',
    );
    expect(attempts).toEqual([method]);
  });

  it('any other fault is told at once', async () => {
    const { adapter, attempts } = failing('ECONNREFUSED', 1);
    expect(await codeOf(new Http('http://service.test', adapter).request('GET', '/'))).toBe(
      'service_unreachable',
    );
    expect(attempts).toEqual(['GET']);
  });
});
