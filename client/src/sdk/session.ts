/**
 * The owner's side of a session: the keys, the highest state seen, and the checks on every reply. The checks stop what
 * a hostile parent could do to a reply (alter the query, replay, roll back, fork).
 */
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import { crypto } from '@perf-aggregator/shared/crypto';
import { base64Bytes } from '@perf-aggregator/shared/messages/box';
import { openReply, type ReplyContent, sealedReply } from '@perf-aggregator/shared/messages/reply';
import { type SealedRequest, sealRequest } from '@perf-aggregator/shared/messages/request';
import type { Random } from '@perf-aggregator/shared/random';
import { sessionId } from '@perf-aggregator/shared/wire/envelope';
import * as z from 'zod';
import { ClientError, SecurityError } from '../errors.ts';
import type { AccountAnswers } from './results.ts';

const key = z.string().refine((text) => base64Bytes(32).safeParse(text).success, 'base64 of 32 bytes');
const exported = z.strictObject({
  v: z.literal(1),
  enclaveUrl: z.string(),
  /** In the form of the wire format, because it becomes part of paths and file names. */
  sessionId,
  requestKey: key,
  responseKey: key,
  expiresAt: z.number(),
  /** Highest sequence seen, and the ledger head of the same reply. */
  sequence: z.number().int().nonnegative(),
  ledgerHead: z.string().nullable(),
  renewals: z.number().int().nonnegative(),
  simulated: z.boolean(),
});
/**
 * A session in the form that moves between processes. Whoever holds it can read the account's numbers: keep it secret.
 */
export type ExportedSession = z.infer<typeof exported>;

/** The question that a reply must answer. */
export interface Asked<Operation extends keyof AccountAnswers = keyof AccountAnswers> {
  readonly operation: Operation;
  readonly parameters: unknown;
}

/** An open session. */
export class ClientSession {
  #state: ExportedSession;
  readonly #random: Random;

  constructor(state: ExportedSession, random: Random) {
    this.#state = state;
    this.#random = random;
  }

  /**
   * @throws ClientError `session_malformed`
   */
  static parse(value: unknown, random: Random): ClientSession {
    const parsed = exported.safeParse(value);
    if (!parsed.success) throw new ClientError('session_malformed', 'not an exported session of version 1');
    return new ClientSession(parsed.data, random);
  }

  get id(): string {
    return this.#state.sessionId;
  }

  /** A full copy, for {@link ClientSession.parse}. */
  export(): ExportedSession {
    return { ...this.#state };
  }

  /** Seals a query or a renewal of this session. */
  seal(operation: keyof AccountAnswers, content: unknown): SealedRequest {
    const requestKey = decodeBase64(this.#state.requestKey);
    return sealRequest(crypto, this.#random, { requestKey, sessionId: this.id, operation }, content);
  }

  /** The counter for the next renewal. A failed renewal uses it up as well. */
  nextRenewal(): number {
    const renewals = this.#state.renewals + 1;
    this.#state = { ...this.#state, renewals };
    return renewals;
  }

  /** Records the session's new end, ms. */
  setExpiry(expiresAt: number): void {
    this.#state = { ...this.#state, expiresAt };
  }

  /**
   * Opens a sealed reply. Checks that it answers the question, from a state no older than the last.
   * @throws SecurityError `response_unreadable`, `response_mismatch`, `rollback_detected`
   */
  open<Operation extends keyof AccountAnswers>(
    value: unknown,
    asked: Asked<Operation>,
  ): ReplyContent<AccountAnswers[Operation]> {
    const { content, sequence, sessionId } = openWith<AccountAnswers[Operation]>(
      decodeBase64(this.#state.responseKey),
      value,
    );
    const answersUs =
      sessionId === this.id &&
      content.operation === asked.operation &&
      canonicalJson(content.parameters) === canonicalJson(asked.parameters);
    if (!answersUs) throw new SecurityError('response_mismatch', 'the reply answers another question');
    this.#advance(sequence, content.ledger_head);
    return content;
  }

  #advance(sequence: number, ledgerHead: string | null): void {
    const seen = this.#state;
    if (sequence < seen.sequence) {
      throw new SecurityError('rollback_detected', `state ${sequence} came after state ${seen.sequence}`);
    }
    if (sequence === seen.sequence && sequence > 0 && ledgerHead !== seen.ledgerHead) {
      throw new SecurityError('rollback_detected', `state ${sequence} came with two different ledgers`);
    }
    this.#state = { ...seen, sequence, ledgerHead };
  }
}

/** Opens a sealed reply under `responseKey`. @throws SecurityError `response_unreadable` */
export function openWith<Answer>(
  responseKey: Uint8Array,
  value: unknown,
): { readonly content: ReplyContent<Answer>; readonly sequence: number; readonly sessionId: string } {
  try {
    const sealed = sealedReply.parse(value);
    const content = openReply<Answer>(crypto, responseKey, sealed);
    return { content, sequence: sealed.sequence, sessionId: sealed.session_id };
  } catch (cause) {
    throw new SecurityError('response_unreadable', 'the reply does not open under this session', cause);
  }
}

/** A session that was just opened. */
export function newSession(
  facts: Omit<ExportedSession, 'v' | 'requestKey' | 'responseKey' | 'renewals' | 'sequence' | 'ledgerHead'>,
  keys: { readonly request: Uint8Array; readonly response: Uint8Array },
  random: Random,
): ClientSession {
  const state: ExportedSession = {
    v: 1,
    ...facts,
    requestKey: encodeBase64(keys.request),
    responseKey: encodeBase64(keys.response),
    sequence: 0,
    ledgerHead: null,
    renewals: 0,
  };
  return new ClientSession(state, random);
}
