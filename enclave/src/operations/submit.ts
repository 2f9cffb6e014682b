/**
 * `submit`: the client sends accounts and a session begins. The accounts are checked with their venues before the
 * session exists. `sync` reads the history afterwards.
 */
import { utf8, wipe } from '@perf-aggregator/shared/bytes';
import { decodeBase64, encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import { CodedError } from '@perf-aggregator/shared/errors';
import { openBox } from '@perf-aggregator/shared/messages/box';
import { deriveSessionKeys, type SessionKeys } from '@perf-aggregator/shared/messages/handshake';
import { sealReply } from '@perf-aggregator/shared/messages/reply';
import {
  isSessionTtl,
  parseSubmissionPayload,
  type SubmissionPayload,
  submission,
} from '@perf-aggregator/shared/messages/submission';
import { placesOfIssues } from '@perf-aggregator/shared/schema-issues';
import { parseJson } from '@perf-aggregator/shared/wire/envelope';
import * as z from 'zod';
import type { EnclaveContext } from '../context/context.ts';
import { Refusal, SealedRefusal } from '../errors.ts';
import { sealAnswer } from '../reading/asked.ts';
import { type AccountState, EMPTY_HEAD, EMPTY_LOG, type SessionState } from '../sessions/formats/state.ts';
import { Ledger } from '../sessions/ledger.ts';
import { openSession } from '../sessions/session.ts';
import { admitAccounts } from './admission.ts';
import { type Handler, ok } from './operation.ts';

type Submission = z.infer<typeof submission>;

/** How long the venues of a submission may take together, ms. It is less than the time that the sender waits. */
const ADMISSION_MS = 25_000;

export const submit: Handler = async (context, request, { signal }) => {
  const source = request.source ?? null;
  // This comes before any decryption for the request.
  context.sourceBudgets.require(source);
  const submitted = parseSubmission(request.body);
  const { keys, plaintext } = open(context, submitted);
  try {
    const payload = parsePayload(plaintext);
    const spend = () => context.sourceBudgets.spend(source);
    const bounds = { deadline: context.clock.now() + ADMISSION_MS, signal, spend };
    const accounts = await context.accountsUnderWay.during(payload.accounts.length, () =>
      admitAccounts(context.exchanges, payload, bounds),
    );
    // The caller is gone, so nobody would learn of the session.
    signal.throwIfAborted();
    const state = newSession(context, submitted, keys, payload, accounts);
    const nothing = { entries: [], marks: [] };
    const { write } = context.vault.write(null, state, nothing, context.clock.now(), source);
    context.log('session_opened', { accounts: accounts.length, persistence: state.persistence });
    return ok(utf8(JSON.stringify(receipt(context, state))), write);
  } catch (error) {
    const isSealed = error instanceof CodedError && !(error instanceof Refusal);
    const refusal = isSealed ? refuse(context, keys, error) : error;
    // The keys belong to no session.
    wipe(keys.request, keys.response);
    throw refusal;
  } finally {
    wipe(plaintext, keys.submit);
  }
};

function parseSubmission(body: Uint8Array): Submission {
  let value: unknown;
  try {
    value = parseJson(body);
  } catch (cause) {
    throw new Refusal('request_malformed', 'the body is not JSON', { cause });
  }
  const parsed = submission.safeParse(value);
  if (!parsed.success) {
    const places = placesOfIssues(parsed.error, 'body');
    throw new Refusal('request_malformed', `wrong or missing: ${places.join(', ')}`);
  }
  if (!isSessionTtl(parsed.data.metadata.ttl)) {
    throw new Refusal('ttl_out_of_range', `a time to live of ${parsed.data.metadata.ttl} s`);
  }
  return parsed.data;
}

function open(
  context: EnclaveContext,
  submitted: Submission,
): { readonly keys: SessionKeys; readonly plaintext: Uint8Array } {
  const handshakePub = decodeBase64(submitted.metadata.handshake_pub);
  const ephemeralPub = submitted.ephemeral_pub;
  const privateKey = context.handshake.privateKey(handshakePub);
  const secrets: Uint8Array[] = [];
  try {
    const keys = deriveSessionKeys(crypto, privateKey, ephemeralPub, { ephemeralPub, handshakePub });
    secrets.push(keys.submit, keys.request, keys.response);
    const plaintext = openBox(crypto, keys.submit, submitted, submitted.metadata);
    secrets.push(plaintext);
    // Only a submission that opens counts as seen, so nobody else can fill the set with noise.
    context.handshake.admit(handshakePub, ephemeralPub);
    return { keys, plaintext };
  } catch (cause) {
    wipe(...secrets);
    if (cause instanceof Refusal) throw cause;
    throw new Refusal('submission_unreadable', 'the submission does not open', { cause });
  }
}

function parsePayload(plaintext: Uint8Array): SubmissionPayload {
  try {
    return parseSubmissionPayload(parseJson(plaintext));
  } catch (cause) {
    const places = cause instanceof z.ZodError ? placesOfIssues(cause, 'payload') : ['not JSON'];
    throw new SealedRefusal('payload_malformed', `wrong or missing: ${places.join(', ')}`);
  }
}

function newSession(
  context: EnclaveContext,
  submitted: Submission,
  keys: SessionKeys,
  payload: SubmissionPayload,
  accounts: readonly AccountState[],
): SessionState {
  const createdAt = context.clock.now();
  return {
    format: 2,
    id: encodeBase64Url(context.random.bytes(32)),
    version: 1,
    createdAt,
    expiresAt: createdAt + submitted.metadata.ttl * 1_000,
    persistence: payload.persistence,
    renewals: 0,
    requestKey: keys.request,
    responseKey: keys.response,
    userId: payload.userId,
    label: payload.label ?? null,
    reportingCurrency: payload.reportingCurrency,
    allowTradingKeys: payload.allowTradingKeys,
    accounts,
    log: EMPTY_LOG,
    ledgerHead: EMPTY_HEAD,
  };
}

function receipt(context: EnclaveContext, state: SessionState) {
  const sealed = sealAnswer(
    { context, session: openSession(state, new Ledger()), operation: 'submit', asSealed: {} },
    {
      session_id: state.id,
      expires_at: state.expiresAt,
      persistence: state.persistence,
      accounts: state.accounts.map(({ access, inspection }) => ({
        account: access.account,
        venue: access.venue,
        sandbox: access.sandbox,
        canTrade: inspection.canTrade,
        canWithdraw: inspection.canWithdraw,
      })),
    },
  );
  return {
    session_id: state.id,
    expires_at: state.expiresAt,
    status: 'syncing',
    receipt: parseJson(sealed),
  };
}

function refuse(context: EnclaveContext, keys: SessionKeys, reason: CodedError): Refusal {
  const sealed = sealReply(
    crypto,
    context.random,
    keys.response,
    { session_id: '', sequence: 0 },
    {
      operation: 'submit',
      parameters: {},
      as_of: context.clock.now(),
      ledger_head: null,
      result: null,
      refusal: { code: reason.code, message: reason.message },
    },
  );
  return new Refusal('submission_refused', 'refused for a sealed reason', {
    sealed: utf8(JSON.stringify(sealed)),
  });
}
