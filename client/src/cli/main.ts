/** Entry of the CLI: the process's clock, randomness, environment, terminal and files. */
import { systemClock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import { systemRandom } from '@perf-aggregator/shared/random';
import { CommanderError } from 'commander';
import { waysTo } from './context.ts';
import { EXIT, exitCodeOf, isSilent, outputFault } from './exit.ts';
import { createProgram } from './program.ts';
import { SessionFiles } from './sessions.ts';

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
    complain(error, json);
    return exitCodeOf(error);
  }
}

function complain(error: unknown, json: boolean): void {
  if (isSilent(error)) return;
  const code = error instanceof CodedError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${code}: ${message}\n`);
}

const argv = process.argv.slice(2);
const json = argv.includes('--json');
// Output that did not arrive is a failure, whatever became of the command itself.
process.stdout.on('error', (cause) => {
  const fault = outputFault(cause);
  complain(fault, json);
  process.exit(exitCodeOf(fault));
});
// Nobody reads the progress or the complaint; the result goes elsewhere.
process.stderr.on('error', () => undefined);
process.exitCode = await main(argv, json);
