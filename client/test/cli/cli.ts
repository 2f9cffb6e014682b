/** Runs the CLI for tests with a terminal that records its output, and returns the exit code. */
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Clock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { waysTo } from '../../src/cli/context.ts';
import { asksForJson, createProgram } from '../../src/cli/program.ts';
import { runProgram } from '../../src/cli/run.ts';
import { SessionFiles } from '../../src/cli/sessions.ts';
import { TrustReceipts } from '../../src/cli/trust-receipts.ts';
import { TrustStore } from '../../src/cli/trust-store.ts';

/** The output and exit code of a command. */
export interface Transcript {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: unknown;
}

/** Runs one command line. */
export async function run(
  argv: readonly string[],
  world: {
    readonly clock: Clock;
    readonly home: string;
    readonly environment?: Record<string, string>;
    readonly adapter?: unknown;
  },
): Promise<Transcript> {
  let stdout = '';
  let stderr = '';
  const { clock, home, environment = {}, adapter } = world;
  const ports = { clock, random: systemRandom, ...(adapter === undefined ? {} : { adapter }) };
  const into = (take: (text: string) => void) =>
    new Writable({
      write(chunk, _encoding, done) {
        take(String(chunk));
        done();
      },
    });
  const terminal = {
    stdout: into((text) => {
      stdout += text;
    }),
    stderr: into((text) => {
      stderr += text;
    }),
    interactive: false,
    json: asksForJson(argv),
  };
  const program = createProgram(
    (globals) => ({
      ...waysTo(globals.url, ports),
      clock,
      sessions: new SessionFiles(home),
      trust: new TrustStore(
        home,
        environment['PERF_AGGREGATOR_TRUST'],
        new TrustReceipts(join(home, 'receipts')),
      ),
      terminal,
      environment,
    }),
    argv,
  );
  const { code, error } = await runProgram(program, argv, terminal);
  return { code, stdout, stderr, error };
}
