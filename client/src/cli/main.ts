/** Entry of the CLI: the process's clock, randomness, environment, terminal and files. */
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { CommanderError } from 'commander';
import { EXIT, exitCodeOf, NotVerified } from './exit.ts';
import { createProgram } from './program.ts';
import { SessionFiles } from './sessions.ts';
import { complain } from './terminal.ts';

async function main(argv: readonly string[]): Promise<number> {
  const ports = { clock: systemClock, random: systemRandom };
  const json = argv.includes('--json');
  const program = createProgram(
    (globals) => ({
      service: { enclaveUrl: globals.url, ...ports },
      ports,
      clock: systemClock,
      sessions: new SessionFiles(process.env['PERF_AGGREGATOR_HOME'] ?? '.perf-aggregator'),
      terminal: { stdout: process.stdout, stderr: process.stderr, interactive: process.stderr.isTTY, json },
      environment: process.env,
    }),
    argv,
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof NotVerified)) complain({ stderr: process.stderr, json }, error);
    return exitCodeOf(error);
  }
}

// A reader that went away (a pipe to head) is no failure.
process.stdout.on('error', () => process.exit());
process.exitCode = await main(process.argv.slice(2));
