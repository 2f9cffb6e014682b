import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import {
  decodeReply,
  type EnclaveRequest,
  encodeRequest,
  OPERATIONS,
} from '@perf-aggregator/shared/wire/envelope';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootState, type EnclaveContext } from '../src/context.ts';
import { dispatch } from '../src/dispatch.ts';
import { Refusal } from '../src/errors.ts';
import { StateRequired } from '../src/sessions/vault.ts';

const MARKER = 'marker-that-nobody-may-see';
const REQUEST: EnclaveRequest = {
  operation: 'metrics',
  session: 's'.repeat(43),
  version: 1,
  body: new Uint8Array(),
  state: null,
};

/** An enclave whose keys are asked for with this outcome. */
function enclaveThat(fails: () => never): { context: EnclaveContext; logged: unknown[] } {
  const logged: unknown[] = [];
  const boot = Object.assign(new BootState(), { keyring: fails });
  const log = (...line: unknown[]) => logged.push(line);
  return { context: { boot, log, vault: { find: fails } } as unknown as EnclaveContext, logged };
}

function failing(error: unknown) {
  return enclaveThat(() => {
    throw error;
  });
}

const ask = async (context: EnclaveContext, request: EnclaveRequest) =>
  decodeReply(await dispatch(context, encodeRequest(request)));

describe('when a message is not a request', () => {
  it('the answer says so, and no handler sees it', async () => {
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

  it('a body that boot cannot read is malformed too', async () => {
    const { context } = failing(new Error(MARKER));
    const request = { ...REQUEST, operation: 'boot' as const, session: null, version: null };
    expect(await ask(context, request)).toMatchObject({ failure: { code: 'frame_malformed' } });
  });
});

describe('when a handler fails', () => {
  it.each(OPERATIONS.filter((operation) => operation !== 'boot' && operation !== 'revoke'))(
    '%s answers an unknown error as internal, without its message',
    async (operation) => {
      const { context, logged } = failing(new TypeError(MARKER));
      const answer = await dispatch(context, encodeRequest({ ...REQUEST, operation }));
      expect(decodeReply(answer)).toEqual({
        outcome: 'failure',
        failure: { code: 'internal', retryAfterMs: null, sealed: null },
      });
      expect(Buffer.from(answer).includes(MARKER)).toBe(false);
      expect(logged).toEqual([['internal_error', { operation, name: 'TypeError', code: 'none' }]]);
    },
  );

  it('what is thrown and no error is internal as well', async () => {
    const { context, logged } = failing(MARKER);
    expect(await ask(context, REQUEST)).toMatchObject({ failure: { code: 'internal' } });
    expect(logged).toEqual([['internal_error', { operation: 'metrics', name: 'string', code: 'none' }]]);
  });

  it('a refusal goes out with its code, its patience and its sealed reason, never its message', async () => {
    const sealed = Uint8Array.of(1, 2, 3);
    const { context, logged } = failing(new Refusal('sync_pending', MARKER, { retryAfterMs: 500, sealed }));
    expect(await ask(context, REQUEST)).toEqual({
      outcome: 'failure',
      failure: { code: 'sync_pending', retryAfterMs: 500, sealed },
    });
    expect(logged).toEqual([]);
  });

  it('state that is missing is asked for', async () => {
    const { context } = failing(new StateRequired());
    expect(await ask(context, REQUEST)).toEqual({ outcome: 'state_required' });
  });
});

describe('when the enclave has no keys', () => {
  it('it refuses everything that needs them, before and after it served', async () => {
    const boot = new BootState();
    const context = { boot, log: () => undefined } as unknown as EnclaveContext;
    const notReady = { failure: { code: 'enclave_not_ready', retryAfterMs: 1_000 } };
    expect(await ask(context, REQUEST)).toMatchObject(notReady);
    boot.serve({ identity: {} as never, kmsPolicy: 'locked' });
    boot.phase = 'draining';
    expect(await ask(context, REQUEST)).toMatchObject(notReady);
  });
});

describe('when an enclave is booted more than once', () => {
  it('the first keys are its keys, and a draining one takes none', () => {
    const boot = new BootState();
    const [first, second] = [{ name: 1 }, { name: 2 }].map((identity) => ({
      identity: identity as never,
      kmsPolicy: 'locked' as const,
    }));
    expect(boot.serve(first!)).toBe(true);
    expect(boot.serve(second!)).toBe(false);
    expect(boot.keyring()).toBe(first);
    const draining = new BootState();
    draining.phase = 'draining';
    expect(draining.serve(first!)).toBe(false);
    expect(draining.phase).toBe('draining');
  });
});
