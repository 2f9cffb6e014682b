/** `sessions`: shows the kept sessions to their owner, never their keys. */
import { CodedError } from '@perf-aggregator/shared/errors';
import type { Command } from 'commander';
import { time } from '../present/format.ts';
import { grid } from '../present/table.ts';
import { SecureClient } from '../sdk/secure-client.ts';
import type { CliContext } from './context.ts';
import { print, warn } from './terminal.ts';
import { shownUrl } from './urls.ts';

/** A kept session without its secrets. */
interface KeptSession {
  readonly sessionId: string;
  readonly enclaveUrl: string;
  /** ms */
  readonly expiresAt: number;
  /** By the clock of this machine. */
  readonly expired: boolean;
  readonly simulated: boolean;
  /** Whether commands that name no session mean this one. */
  readonly isDefault: boolean;
}

/** Adds the `sessions` command. */
export function addSessionsCommand(program: Command, context: CliContext): void {
  program
    .command('sessions')
    .description('the sessions that are kept here, the one used last first')
    .action(() => listSessions(context));
}

function listSessions(context: CliContext): void {
  const kept = context.sessions.ids().flatMap((id, index) => toKept(context, id, index === 0));
  print(context.terminal, kept, () => textOf(kept));
}

/** A file that holds no session is reported, and the other sessions are still listed. */
function toKept(context: CliContext, id: string, isDefault: boolean): KeptSession[] {
  try {
    const kept = SecureClient.resume(context.sessions.load(id)).export();
    const { sessionId, expiresAt, simulated } = kept;
    const expired = expiresAt <= context.clock.now();
    return [{ sessionId, enclaveUrl: shownUrl(kept.enclaveUrl), expiresAt, expired, simulated, isDefault }];
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    if (!context.terminal.json) warn(context.terminal, `${id}: ${error.code}: ${error.message}`);
    return [];
  }
}

function textOf(kept: readonly KeptSession[]): string {
  if (kept.length === 0) return 'no session is kept here; ./perf-aggregator register opens one';
  const lines = kept.map(({ sessionId, enclaveUrl, expiresAt, expired, simulated, isDefault }) => [
    isDefault ? '*' : '',
    sessionId,
    `${time(expiresAt)}${expired ? ' (over)' : ''}`,
    simulated ? 'SIMULATED' : 'production',
    enclaveUrl,
  ]);
  return `${grid([['', 'Session', 'Ends (UTC)', 'Environment', 'Service'], ...lines], 5)}\n* without --session, this one is meant`;
}
