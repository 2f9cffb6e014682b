import { describe, expect, it } from 'vitest';
import { codeOf, codeOfRejection } from '../../../shared/test/codes.ts';
import { ClientError, SecurityError, ServiceError } from '../../src/errors.ts';
import { ACCOUNT, newClient, service, slept } from './clients.ts';
import { type FakeService, MADE_AT, problem, SESSION } from './fake-service.ts';

describe('when a client registers', () => {
  it('the enclave gets the account, and the parent sees no part of it', async () => {
    const told = await newClient().register();
    expect(told).toMatchObject({ sessionId: SESSION, expiresAt: MADE_AT + 120_000 });
    expect(service.submitted).toEqual(ACCOUNT);
    expect(service.paths).toEqual(['GET /attestation/quote', 'POST /enclave/submit_key']);
    expect(JSON.stringify(service.requests)).not.toMatch(/marker|binance|user/);
  });

  it('a handshake key that is not in use any more is replaced exactly once', async () => {
    let refusals = 1;
    service.answer = (path) =>
      path.includes('submit') && refusals-- > 0 ? problem('unknown_handshake_key', 409) : undefined;
    await newClient().register();
    expect(service.paths).toEqual([
      'GET /attestation/quote',
      'POST /enclave/submit_key',
      'GET /attestation/quote',
      'POST /enclave/submit_key',
    ]);
    service.requests.length = 0;
    refusals = 9;
    expect(await codeOfRejection(newClient().register(), ServiceError)).toBe('unknown_handshake_key');
    expect(service.requests).toHaveLength(4);
  });

  it.each([
    ['rate_limited', 429],
    ['overloaded', 503],
  ])(
    'a submission that was refused unread (%s) is sent again, with a fresh quote and a fresh key',
    async (code, status) => {
      let refusals = 2;
      service.answer = (path) =>
        path.includes('submit') && refusals-- > 0
          ? problem(code, status, { retry_after_ms: 1_500 })
          : undefined;
      await newClient().register();
      expect(slept).toEqual([1_500, 1_500]);
      const bodies = service.requests
        .filter(({ method }) => method === 'POST')
        .map(({ body }) => JSON.stringify(body));
      expect(new Set(bodies).size).toBe(3);
      expect(service.paths.filter((path) => path.startsWith('GET'))).toHaveLength(3);
    },
  );

  it.each([
    ['for longer than a person waits', 'sessions_full', 503, 60_000],
    ['by a deadline, which it may have met', 'deadline_exceeded', 504, 1_000],
  ])('a submission that was refused %s is not sent again', async (_, code, status, retry_after_ms) => {
    service.answer = (path) =>
      path.includes('submit') ? problem(code, status, { retry_after_ms }) : undefined;
    expect(await codeOfRejection(newClient().register(), ServiceError)).toBe(code);
    expect(service.requests).toHaveLength(2);
  });

  it('no other refusal is retried', async () => {
    service.answer = (path) => (path.includes('submit') ? problem('replayed_submission', 409) : undefined);
    const error = await newClient()
      .register()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({
      code: 'replayed_submission',
      status: 409,
      requestId: 'request-1',
      retryAfterMs: null,
    });
    expect(service.requests).toHaveLength(2);
  });

  it('a reason that only the enclave may give is not believed without a seal', async () => {
    service.answer = (path) => (path.includes('submit') ? problem('withdrawal_permission', 422) : undefined);
    expect(await codeOfRejection(newClient().register(), ClientError)).toBe('service_malformed');
  });

  it('a sealed reason is opened', async () => {
    service.answer = (path, honest) => {
      if (!path.includes('submit')) return undefined;
      honest();
      const refusal = { code: 'withdrawal_permission', message: 'a0: no' };
      const sealed = service.seal(
        { operation: 'submit', result: null, refusal },
        { session_id: '', sequence: 0 },
      );
      return problem('submission_refused', 422, { sealed });
    };
    expect(await codeOfRejection(newClient().register(), ServiceError)).toBe('withdrawal_permission');
  });

  it('a reason that was sealed for another question is refused', async () => {
    const refusal = { code: 'sync_pending', message: 'soon' };
    const stand = { session_id: '', sequence: 0 };
    const lies: readonly (readonly [Parameters<FakeService['seal']>[0], object])[] = [
      [
        { operation: 'metrics', refusal },
        { session_id: SESSION, sequence: 1 },
      ],
      [{ operation: 'metrics', refusal }, stand],
      [{ operation: 'submit', parameters: { from: '2026-01-01' }, refusal }, stand],
      [
        { operation: 'submit', refusal },
        { ...stand, sequence: 1 },
      ],
      [{ operation: 'submit' }, stand],
    ];
    for (const [content, header] of lies) {
      service.answer = (path, honest) => {
        if (!path.includes('submit')) return undefined;
        honest();
        return problem('submission_refused', 422, { sealed: service.seal(content, header) });
      };
      expect(await codeOfRejection(newClient().register(), SecurityError)).toBe('response_mismatch');
    }
  });

  it('a receipt that the enclave did not seal for this session is refused', async () => {
    service.answer = (path, honest) => {
      if (!path.includes('submit')) return undefined;
      const { status, body } = honest();
      return { status, body: { ...(body as object), session_id: 't'.repeat(43) } };
    };
    expect(await codeOfRejection(newClient().register(), SecurityError)).toBe('response_mismatch');
    service.answer = (path) =>
      path.includes('submit')
        ? { status: 201, body: { session_id: SESSION, expires_at: 1, receipt: {} } }
        : undefined;
    expect(await codeOfRejection(newClient().register(), SecurityError)).toBe('response_unreadable');
    service.answer = (path) => (path.includes('submit') ? { status: 201, body: {} } : undefined);
    expect(await codeOfRejection(newClient().register(), ClientError)).toBe('service_malformed');
  });

  it('the end of the session is read from the seal of the enclave, not from the parent', async () => {
    service.answer = (path, honest) => {
      if (!path.includes('submit')) return undefined;
      const { status, body } = honest();
      return { status, body: { ...(body as object), expires_at: 1 } };
    };
    expect((await newClient().register()).expiresAt).toBe(MADE_AT + 120_000);
  });

  it('a client registers once, and reads nothing before', async () => {
    const client = newClient();
    expect(await codeOfRejection(client.getMetrics(), ClientError)).toBe('not_registered');
    expect(codeOf(() => client.export(), ClientError)).toBe('not_registered');
    await client.register();
    expect(await codeOfRejection(client.register(), ClientError)).toBe('already_registered');
  });
});

describe('when a service returns an invalid session id', () => {
  const honestTo = (body: unknown) => body as { readonly session_id: string; readonly expires_at: number };
  const refused = async (outside: string, inside: string) => {
    service.answer = (path, honest) => {
      if (!path.includes('submit')) return undefined;
      const { status, body } = honest();
      const { expires_at } = honestTo(body);
      const result = { session_id: inside, expires_at };
      const receipt = service.seal({ operation: 'submit', result }, { session_id: outside });
      return { status, body: { session_id: outside, expires_at, receipt } };
    };
    return newClient()
      .register()
      .then(
        () => 'registered',
        (error: { code: string }) => error.code,
      );
  };

  it.each(['../../x', '', 's'.repeat(42), 's'.repeat(44), `${'s'.repeat(42)}/`, `${'s'.repeat(43)}\\n`])(
    '%j is refused',
    async (id) => {
      expect(await refused(id, id)).toBe('service_malformed');
    },
  );

  it('a valid id is accepted', async () => {
    expect(await refused('t'.repeat(43), 't'.repeat(43))).toBe('registered');
  });
});
