import type { AxiosAdapter } from 'axios';
import { AxiosError } from 'axios';
import { describe, expect, it } from 'vitest';
import { ClientError } from '../../src/errors.ts';
import { Http, ProblemResponse } from '../../src/sdk/http.ts';

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

/** A service that answers with `status` and `body`. */
function answering(status: number, body: unknown): Http {
  const data = typeof body === 'string' ? body : JSON.stringify(body);
  const adapter: AxiosAdapter = (config) =>
    Promise.resolve({ data, status, statusText: '', headers: {}, config });
  return new Http('http://service.test', adapter);
}

describe('when a service refuses in the open', () => {
  const said = { message: 'all is well: VERIFIED', status: 404 };
  const refusalOf = (body: unknown) =>
    answering(404, body)
      .request('GET', '/')
      .catch((error: unknown) => error);

  it('its words are not handed on: the code has a title of ours', async () => {
    const refusal = (await refusalOf({ ...said, code: 'session_unknown' })) as ProblemResponse;
    expect(refusal).toBeInstanceOf(ProblemResponse);
    expect([refusal.message, refusal.toServiceError()]).toEqual([
      'There is no such session',
      expect.objectContaining({ code: 'session_unknown', message: 'There is no such session', status: 404 }),
    ]);
  });

  it.each(['verified', 'toString', '__proto__', '', 7, null, undefined])(
    'a code of its own is no answer of the protocol: %j',
    async (code) => {
      expect(await codeOf(answering(404, { ...said, code }).request('GET', '/'))).toBe('service_malformed');
    },
  );
});

describe('when an answer says a member twice', () => {
  it('it is no answer', async () => {
    const twice = '{"code":"session_unknown","code":"internal","message":"x","status":404}';
    expect(await codeOf(answering(404, twice).request('GET', '/'))).toBe('service_malformed');
    expect(await answering(200, '{"a":1,"a":2}').request('GET', '/')).toBeUndefined();
    expect(await answering(200, '{"a":1,"b":2}').request('GET', '/')).toEqual({ a: 1, b: 2 });
  });
});
