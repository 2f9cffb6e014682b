import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeReply, type EnclaveRequest, encodeRequest } from '@perf-aggregator/shared/wire/envelope';
import { OPERATION_NAMES } from '@perf-aggregator/shared/wire/operations';
import { decodePong } from '@perf-aggregator/shared/wire/ping';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BootContext, Lifecycle } from '../../src/boot/lifecycle.ts';
import { Allowance } from '../../src/context/allowance.ts';
import type { EnclaveContext } from '../../src/context/context.ts';
import { Refusal } from '../../src/errors.ts';
import { dispatch } from '../../src/serving/dispatch.ts';
import { StateRequired } from '../../src/sessions/vault.ts';

const MARKER = 'marker-that-nobody-may-see';
const REQUEST: EnclaveRequest = {
  operation: 'metrics',
  session: 's'.repeat(43),
  version: 1,
  body: new Uint8Array(),
  state: null,
};

/** A well-formed submission. Its contents are checked later. */
const SUBMISSION = Buffer.from(
  JSON.stringify({
    ephemeral_pub: encodeBase64(new Uint8Array(32)),
    nonce: encodeBase64(new Uint8Array(12)),
    ciphertext: encodeBase64(new Uint8Array(32)),
    tag: encodeBase64(new Uint8Array(16)),
    metadata: { v: 1, handshake_pub: encodeBase64(new Uint8Array(32)), ttl: 86_400 },
  }),
);

/** A serving enclave whose sessions and other parts all fail with `fails`. */
function enclaveThat(fails: () => never): { context: BootContext; logged: unknown[] } {
  const logged: unknown[] = [];
  const log = (...line: unknown[]) => logged.push(line);
  const lifecycle = new Lifecycle();
  const serving = { log, vault: { find: fails } };
  Object.defineProperties(serving, {
    handshake: { get: fails },
    nsm: { get: fails },
    identity: { get: fails },
  });
  lifecycle.serve(serving as unknown as EnclaveContext);
  return {
    context: { lifecycle, log, bytesUnderWay: new Allowance(1e6, 'bytes') } as unknown as BootContext,
    logged,
  };
}

function failing(error: unknown) {
  return enclaveThat(() => {
    throw error;
  });
}

const ask = async (context: BootContext, request: EnclaveRequest) =>
  decodeReply(await dispatch(context, encodeRequest(request)));

describe('when a message is not a request', () => {
  it('the answer says so, and no handler is called', async () => {
    const { context, logged } = failing(new Error(MARKER));
    const malformed = {
      outcome: 'failure',
      failure: { code: 'frame_malformed', retryAfterMs: null, sealed: null },
    };
    const request = { ...REQUEST };
    const messages = [
      new Uint8Array(),
      encodeCbor('metrics'),
      encodeCbor({ ...request, operation: 'constructor' }),
      encodeCbor({ ...request, session: '../' }),
      encodeCbor({ ...request, more: 1 }),
      encodeCbor({ ...request, version: -1 }),
      Uint8Array.of(...encodeRequest(REQUEST), 0),
      encodeRequest(REQUEST).subarray(0, -1),
    ];
    for (const message of messages) expect(decodeReply(await dispatch(context, message))).toEqual(malformed);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (message) => {
        expect(decodeReply(await dispatch(context, message))).toEqual(malformed);
      }),
    );
    expect(logged).toEqual([]);
  });

  it('a boot body that cannot be read is malformed too', async () => {
    const { context } = failing(new Error(MARKER));
    const request = { ...REQUEST, operation: 'boot' as const, session: null, version: null };
    expect(await ask(context, request)).toMatchObject({ failure: { code: 'frame_malformed' } });
  });
});

describe('when a handler fails', () => {
  it.each(OPERATION_NAMES.filter((operation) => operation !== 'boot' && operation !== 'revoke'))(
    '%s answers an unknown error as internal, without its message',
    async (operation) => {
      const { context, logged } = failing(new TypeError(MARKER));
      const body = operation === 'submit' ? SUBMISSION : REQUEST.body;
      const answer = await dispatch(context, encodeRequest({ ...REQUEST, operation, body }));
      expect(decodeReply(answer)).toEqual({
        outcome: 'failure',
        failure: { code: 'internal', retryAfterMs: null, sealed: null },
      });
      expect(Buffer.from(answer).includes(MARKER)).toBe(false);
      expect(logged).toEqual([['internal_error', { operation, name: 'TypeError', code: 'none' }]]);
    },
  );

  it('a thrown value that is no error is internal too', async () => {
    const { context, logged } = failing(MARKER);
    expect(await ask(context, REQUEST)).toMatchObject({ failure: { code: 'internal' } });
    expect(logged).toEqual([['internal_error', { operation: 'metrics', name: 'string', code: 'none' }]]);
  });

  it('a refusal is returned with its code, its retry time and its sealed reason, never its message', async () => {
    const sealed = Uint8Array.of(1, 2, 3);
    const { context, logged } = failing(new Refusal('sync_pending', MARKER, { retryAfterMs: 500, sealed }));
    expect(await ask(context, REQUEST)).toEqual({
      outcome: 'failure',
      failure: { code: 'sync_pending', retryAfterMs: 500, sealed },
    });
    expect(logged).toEqual([]);
  });

  it('missing state is requested', async () => {
    const { context } = failing(new StateRequired());
    expect(await ask(context, REQUEST)).toEqual({ outcome: 'state_required' });
  });
});

describe('when the enclave has no keys', () => {
  it('it refuses every operation that needs them, before and after it served', async () => {
    const lifecycle = new Lifecycle();
    const context = {
      lifecycle,
      log: () => undefined,
      bytesUnderWay: new Allowance(1e6, 'bytes'),
    } as unknown as BootContext;
    const notReady = { failure: { code: 'enclave_not_ready', retryAfterMs: 1_000 } };
    expect(await ask(context, REQUEST)).toMatchObject(notReady);
    lifecycle.serve({} as EnclaveContext);
    lifecycle.reach('draining');
    expect(await ask(context, REQUEST)).toMatchObject(notReady);
  });
});

describe('when an enclave is pinged', () => {
  const PING: EnclaveRequest = { ...REQUEST, operation: 'ping', session: null, version: null };
  const pongOf = async (context: BootContext) => {
    const reply = await ask(context, PING);
    return reply.outcome === 'ok' ? decodePong(reply.body) : reply;
  };

  it('it returns its phase, and the health of its venues once it serves', async () => {
    const venues = [{ venue: 'binance', at: 5, fault: 'exchange_unavailable' }];
    const { context } = failing(new Error(MARKER));
    const serving = { exchanges: { health: () => venues } } as unknown as EnclaveContext;
    const young = { ...context, lifecycle: new Lifecycle() };
    expect(await pongOf(young)).toEqual({ phase: 'boot', venues: [] });
    young.lifecycle.reach('keyed');
    expect(await pongOf(young)).toEqual({ phase: 'keyed', venues: [] });
    young.lifecycle.serve(serving);
    expect(await pongOf(young)).toEqual({ phase: 'serving', venues });
    young.lifecycle.reach('draining');
    expect(await pongOf(young)).toEqual({ phase: 'draining', venues: [] });
  });
});

describe('when requests exceed the limit of the enclave', () => {
  it('a message beyond the limit of bytes is refused before its operation begins', async () => {
    const { context, logged } = failing(new Error(MARKER));
    const tight = { ...context, bytesUnderWay: new Allowance(encodeRequest(REQUEST).length - 1, 'bytes') };
    expect(await ask(tight, REQUEST)).toEqual({
      outcome: 'failure',
      failure: { code: 'overloaded', retryAfterMs: 1_000, sealed: null },
    });
    expect(logged).toEqual([]);
  });
});

describe('when the caller is gone', () => {
  it('an aborted request is no failure, and is not logged', async () => {
    const reason: unknown = AbortSignal.abort().reason;
    const { context, logged } = failing(reason);
    expect(await ask(context, REQUEST)).toMatchObject({ failure: { code: 'deadline_exceeded' } });
    expect(logged).toEqual([]);
    const timedOut = failing(new DOMException('too late', 'TimeoutError'));
    expect(await ask(timedOut.context, REQUEST)).toMatchObject({ failure: { code: 'internal' } });
  });
});
