/** Entry of the CLI: the process's clock, randomness, environment, terminal and files. */
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { CommanderError } from 'commander';
import { waysTo } from './context.ts';
import { EXIT, exitCodeOf, isSilent, outputFault } from './exit.ts';
import { createProgram } from './program.ts';
import { SessionFiles } from './sessions.ts';
import { complain } from './terminal.ts';

async function main(argv: readonly string[], json: boolean): Promise<number> {
  const program = createProgram(
    (globals) => ({
      ...waysTo(globals.url, { clock: systemClock, random: systemRandom }),
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
    if (!isSilent(error)) complain({ stderr: process.stderr, json }, error);
    return exitCodeOf(error);
  }
}

const argv = process.argv.slice(2);
const json = argv.includes('--json');
// Output that did not arrive is a failure, whatever became of the command itself.
process.stdout.on('error', (cause) => {
  const fault = outputFault(cause);
  if (!isSilent(fault)) complain({ stderr: process.stderr, json }, fault);
  process.exit(exitCodeOf(fault));
});
// Nobody reads the progress or the complaint; the result goes elsewhere.
process.stderr.on('error', () => undefined);
process.exitCode = await main(argv, json);
