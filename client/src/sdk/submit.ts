/** Hands over accounts. Each submission has its own X25519 key pair. Everything is sealed to the quoted enclave. */
import { utf8, wipe } from '@perf-aggregator/shared/bytes';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import { crypto } from '@perf-aggregator/shared/crypto';
import { sealBox } from '@perf-aggregator/shared/messages/box';
import { deriveSessionKeys } from '@perf-aggregator/shared/messages/handshake';
import type {
  SubmissionJson,
  SubmissionMetadata,
  SubmissionPayloadInput,
} from '@perf-aggregator/shared/messages/submission';
import type { Random } from '@perf-aggregator/shared/random';
import { sessionId } from '@perf-aggregator/shared/wire/envelope';
import { pathOf } from '@perf-aggregator/shared/wire/operations';
import * as z from 'zod';
import { ClientError, SecurityError, ServiceError } from '../errors.ts';
import { type Http, ProblemResponse } from './http.ts';
import type { VerifiedQuote } from './quote.ts';
import { type ClientSession, newSession, openWith } from './session.ts';

// The id becomes part of paths and file names. It must therefore be an id of the wire format.
const receipt = z.object({ session_id: sessionId, expires_at: z.number(), receipt: z.unknown() });
/** The same facts, sealed by the enclave. The parent's statement alone proves nothing. */
const sealedReceipt = z.object({ session_id: z.string(), expires_at: z.number() });

/** The input of a submission. */
export interface SubmitInput {
  readonly enclaveUrl: string;
  readonly quote: VerifiedQuote;
  readonly payload: SubmissionPayloadInput;
  /** Seconds. */
  readonly ttl: number;
}

/**
 * Submits the payload and opens the receipt.
 * @throws ServiceError with the sealed reason when the enclave refuses; ProblemResponse otherwise;
 *   SecurityError when the receipt is not from this enclave
 */
export async function submit(http: Http, random: Random, input: SubmitInput): Promise<ClientSession> {
  const { quote, payload, ttl, enclaveUrl } = input;
  const ephemeral = random.bytes(32);
  const ephemeralPub = crypto.x25519PublicKey(ephemeral);
  const handshakePub = quote.handshakePub;
  const keys = deriveSessionKeys(crypto, ephemeral, handshakePub, { ephemeralPub, handshakePub });
  wipe(ephemeral);
  const metadata: SubmissionMetadata = { v: 1, handshake_pub: encodeBase64(handshakePub), ttl };
  const plaintext = utf8(JSON.stringify(payload));
  const body: SubmissionJson = {
    ephemeral_pub: encodeBase64(ephemeralPub),
    ...sealBox(crypto, random, keys.submit, plaintext, metadata),
    metadata,
  };
  wipe(plaintext, keys.submit);
  const { answer, session } = await post(http, body, keys.response)
    .then((received) => {
      const { session_id, expires_at: expiresAt } = received;
      const facts = { enclaveUrl, sessionId: session_id, expiresAt, simulated: quote.simulated };
      return { answer: received, session: newSession(facts, keys, random) };
    })
    // The session holds the keys as text.
    .finally(() => wipe(keys.request, keys.response));
  const { result } = session.open(answer.receipt, { operation: 'submit', parameters: {} });
  const sealed = sealedReceipt.safeParse(result);
  if (!sealed.success || sealed.data.session_id !== answer.session_id) {
    throw new SecurityError('response_mismatch', 'the receipt is of another session');
  }
  session.setExpiry(sealed.data.expires_at);
  return session;
}

async function post(http: Http, body: SubmissionJson, responseKey: Uint8Array) {
  try {
    const answer = receipt.safeParse(await http.requestOnce('POST', pathOf('submit'), body));
    if (answer.success) return answer.data;
    throw new ClientError('service_malformed', 'the service sent no receipt');
  } catch (error) {
    if (!(error instanceof ProblemResponse) || !error.problem.sealed) throw error;
    const reason = openRefusal(responseKey, error.problem.sealed);
    const { status, request_id: requestId, retry_after_ms: retryAfterMs } = error.problem;
    throw new ServiceError(reason.code, reason.message, { status, requestId, retryAfterMs });
  }
}

/**
 * Why the enclave refused. Before there is a session, the enclave seals only this reason or the receipt under this key.
 */
function openRefusal(responseKey: Uint8Array, sealed: unknown) {
  const { content, sessionId, sequence } = openWith(responseKey, sealed);
  const { operation, parameters, refusal } = content;
  const answersUs = operation === 'submit' && canonicalJson(parameters) === '{}';
  if (!answersUs || sessionId !== '' || sequence !== 0 || !refusal) {
    throw new SecurityError('response_mismatch', 'the reason is not one for refusing this submission');
  }
  return refusal;
}
