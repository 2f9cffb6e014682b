/** The common work of every child process of the local world: it reports to its supervisor, and ends with it. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** A child's report to its supervisor: that it serves, or why it cannot. */
export type ChildReport =
  | { readonly kind: 'ready'; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/**
 * Runs a child: calls `start` with the supervisor's argument. SIGTERM, or the supervisor's end, closes what was
 * started.
 */
export async function runChild<T>(
  start: (argument: T) => Promise<{ readonly facts: Record<string, unknown>; close(): Promise<void> }>,
): Promise<void> {
  const argument = JSON.parse(process.argv[2] ?? 'null') as T;
  let closing = false;
  try {
    const running = await start(argument);
    const close = () => {
      if (closing) return;
      closing = true;
      void running.close().then(() => process.exit(0));
    };
    process.on('SIGTERM', close);
    // Ctrl-C reaches the whole process group. The supervisor decides who ends when.
    process.on('SIGINT', () => undefined);
    process.on('disconnect', close);
    report({ kind: 'ready', facts: running.facts });
  } catch (error) {
    const code = error instanceof CodedError ? error.code : 'internal';
    report({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect?.();
  }
}

function report(message: ChildReport): void {
  process.send?.(message);
}
