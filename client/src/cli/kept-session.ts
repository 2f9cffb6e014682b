/** A session that is kept in a file. The CLI resumes it, asks, and keeps it again. */
import { SecureClient } from '../sdk/secure-client.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';

/** The answer to a question with a kept session. */
export interface Asked<T> {
  /** The beginning of the session's id, by which people know the session. */
  readonly session: string;
  readonly answer: T;
}

/** The part of a session's id that is shown. It is enough to tell sessions apart, and too little to end one. */
export function nameOf(sessionId: string): string {
  return sessionId.slice(0, 8);
}

/**
 * The result of `ask` with a kept session. The session is asked at the address of `--url`, otherwise where it was
 * registered. It is kept again afterwards, even when `ask` fails.
 * @param prefix - of the session's id; undefined: the one used last
 * @throws UsageError `session_missing`, `input_malformed`; `file_unwritable` before anything is asked
 */
export async function withKeptSession<T>(
  context: CliContext,
  prefix: string | undefined,
  ask: (client: SecureClient) => Promise<T>,
): Promise<Asked<T>> {
  const client = takeUp(context, prefix);
  const session = nameOf(client.export().sessionId);
  const answer = await ask(client).finally(() => context.sessions.save(client.export()));
  return { session, answer };
}

/** Ends a kept session and deletes its file. @returns its id. @throws as {@link withKeptSession} */
export async function endKeptSession(context: CliContext, prefix: string | undefined): Promise<string> {
  const client = takeUp(context, prefix);
  const { sessionId } = client.export();
  await client.revoke();
  context.sessions.remove(sessionId);
  return sessionId;
}

/**
 * Keeps a session that was just opened. A session that cannot be kept is ended again. Otherwise nobody could read or
 * end it, and the service would still hold its keys.
 * @throws UsageError `file_unwritable`
 */
export async function keepNewSession(context: CliContext, client: SecureClient): Promise<void> {
  const { sessionId } = client.export();
  try {
    context.sessions.save(client.export());
  } catch (cause) {
    const ended = await client.revoke().then(
      () => 'it was ended again',
      () => `it could not be ended either: DELETE /enclave/revoke/${sessionId} does, and so does its end`,
    );
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('file_unwritable', `the session cannot be kept (${why}); ${ended}`, cause);
  }
}

function takeUp(context: CliContext, prefix: string | undefined): SecureClient {
  const kept = context.sessions.load(prefix);
  context.sessions.check();
  return SecureClient.resume(kept, context.ports);
}
