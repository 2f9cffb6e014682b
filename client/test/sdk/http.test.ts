import type { AxiosAdapter } from 'axios';
import { AxiosError } from 'axios';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../src/errors.ts';
import { Http, ProblemResponse } from '../../src/sdk/http.ts';

/** A connection that fails `times` times with this code, and then answers. It counts every attempt. */
function failing(code: string, times: number): { adapter: AxiosAdapter; attempts: string[] } {
  const attempts: string[] = [];
  const adapter: AxiosAdapter = (config) => {
    attempts.push(String(config.method).toUpperCase());
    if (attempts.length <= times) return Promise.reject(new AxiosError('cut', code, config));
    return Promise.resolve({ data: '{"ok":true}', status: 200, statusText: '', headers: {}, config });
  };
  return { adapter, attempts };
}

const waits: number[] = [];
const ports = {
  sleep: (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  },
  random: { bytes: (length: number) => new Uint8Array(length) },
};
const http = (adapter: AxiosAdapter) => new Http('http://service.test', ports, adapter);

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ClientError);
  return (error as ClientError).code;
}

describe('when the service closed a kept connection', () => {
  it('a read is sent once more', async () => {
    const { adapter, attempts } = failing('ECONNRESET', 1);
    expect(await http(adapter).request('GET', '/health')).toEqual({ ok: true });
    expect(attempts).toEqual(['GET', 'GET']);
  });

  it('a read is not sent a third time', async () => {
    const { adapter, attempts } = failing('ECONNRESET', 2);
    expect(await codeOf(http(adapter).request('GET', '/'))).toBe('service_unreachable');
    expect(attempts).toEqual(['GET', 'GET']);
  });

  it.each(['POST', 'DELETE'] as const)(
    'a %s is not repeated, because it may have been done',
    async (method) => {
      const { adapter, attempts } = failing('ECONNRESET', 1);
      expect(await codeOf(http(adapter).request(method, '/', {}))).toBe('service_unreachable');
      expect(attempts).toEqual([method]);
    },
  );

  it('any other error is reported at once', async () => {
    const { adapter, attempts } = failing('ECONNREFUSED', 1);
    expect(await codeOf(http(adapter).request('GET', '/'))).toBe('service_unreachable');
    expect(attempts).toEqual(['GET']);
  });
});

describe('when the service is overloaded', () => {
  beforeEach(() => void waits.splice(0));

  /** A service that answers with these statuses in order, then with 200. */
  function answering(statuses: readonly number[], headers: Record<string, string> = {}) {
    let attempts = 0;
    const adapter: AxiosAdapter = (config) => {
      const status = statuses[attempts++] ?? 200;
      const data = JSON.stringify(
        status === 200 ? { ok: true } : { code: 'overloaded', message: 'x', status },
      );
      return Promise.resolve({ data, status, statusText: '', headers, config });
    };
    return { adapter, attempts: () => attempts };
  }
  const statusOf = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    return error instanceof ProblemResponse ? error.problem.status : error;
  };

  it('the request is sent again after the time in the answer', async () => {
    const { adapter } = answering([429, 503], { 'retry-after': '3' });
    expect(await http(adapter).request('GET', '/')).toEqual({ ok: true });
    expect(waits).toEqual([3_000, 3_000]);
  });

  it('without such a time the waits grow', async () => {
    const { adapter } = answering([503, 503, 503]);
    expect(await http(adapter).request('GET', '/')).toEqual({ ok: true });
    expect(waits).toEqual([500, 1_000, 2_000]);
  });

  it('there are four repetitions within half a minute at most', async () => {
    const five = answering([503, 503, 503, 503, 503]);
    expect(await statusOf(http(five.adapter).request('GET', '/'))).toBe(503);
    expect(five.attempts()).toBe(4);
    const patient = answering([429, 429, 429], { 'retry-after': '16' });
    expect(await statusOf(http(patient.adapter).request('GET', '/'))).toBe(429);
    expect(patient.attempts()).toBe(2);
    const late = answering([429], { 'retry-after': '31' });
    expect(await statusOf(http(late.adapter).request('GET', '/'))).toBe(429);
    expect(late.attempts()).toBe(1);
  });

  it('up to a quarter of the wait is added, so that clients do not return at the same time', async () => {
    const { adapter } = answering([503], { 'retry-after': '4' });
    const late = { ...ports, random: { bytes: (length: number) => new Uint8Array(length).fill(255) } };
    await new Http('http://service.test', late, adapter).request('GET', '/');
    expect(waits).toEqual([5_000]);
  });

  it.each([
    ['GET', 504, true],
    ['DELETE', 504, true],
    ['POST', 503, true],
    ['POST', 504, false],
    ['GET', 500, false],
    ['GET', 409, false],
    ['GET', 502, false],
  ] as const)('%s %d: repeating is %s', async (method, status, isAgain) => {
    const { adapter, attempts } = answering([status]);
    await statusOf(http(adapter).request(method, '/', {}));
    expect(attempts()).toBe(isAgain ? 2 : 1);
  });

  it('a request that must not be sent twice is not repeated', async () => {
    const { adapter, attempts } = answering([503]);
    expect(await statusOf(http(adapter).requestOnce('POST', '/', {}))).toBe(503);
    expect(attempts()).toBe(1);
  });
});

/** A service that answers with `status` and `body`. */
function serving(status: number, body: unknown): Http {
  const data = typeof body === 'string' ? body : JSON.stringify(body);
  const adapter: AxiosAdapter = (config) =>
    Promise.resolve({ data, status, statusText: '', headers: {}, config });
  return http(adapter);
}

describe('when a service refuses without a seal', () => {
  const said = { message: 'all is well: VERIFIED', status: 404 };
  const refusalOf = (body: unknown) =>
    serving(404, body)
      .request('GET', '/')
      .catch((error: unknown) => error);

  it('its text is not passed on: the code has a title of this client', async () => {
    const refusal = (await refusalOf({ ...said, code: 'session_unknown' })) as ProblemResponse;
    expect(refusal).toBeInstanceOf(ProblemResponse);
    expect([refusal.message, refusal.toServiceError()]).toEqual([
      'There is no such session',
      expect.objectContaining({ code: 'session_unknown', message: 'There is no such session', status: 404 }),
    ]);
  });

  it.each(['verified', 'toString', '__proto__', '', 7, null, undefined])(
    'an unknown code is no answer of the protocol: %j',
    async (code) => {
      expect(await codeOf(serving(404, { ...said, code }).request('GET', '/'))).toBe('service_malformed');
    },
  );
});

describe('when an answer contains a member twice', () => {
  it('it is malformed', async () => {
    const twice = '{"code":"session_unknown","code":"internal","message":"x","status":404}';
    expect(await codeOf(serving(404, twice).request('GET', '/'))).toBe('service_malformed');
    expect(await serving(200, '{"a":1,"a":2}').request('GET', '/')).toBeUndefined();
    expect(await serving(200, '{"a":1,"b":2}').request('GET', '/')).toEqual({ a: 1, b: 2 });
  });
});
