/** Entry of the CLI: the process's clock, randomness, environment, terminal and files. */
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { waysTo } from './context.ts';
import { exitCodeOf, isSilent, outputFault } from './exit.ts';
import { asksForJson, createProgram } from './program.ts';
import { runProgram } from './run.ts';
import { SessionFiles } from './sessions.ts';
import { complain } from './terminal.ts';
import { TrustStore } from './trust-store.ts';

const argv = process.argv.slice(2);
const json = asksForJson(argv);
const terminal = { stdout: process.stdout, stderr: process.stderr, interactive: process.stderr.isTTY, json };
// Output that did not arrive is a failure, whatever became of the command itself.
process.stdout.on('error', (cause) => {
  const fault = outputFault(cause);
  if (!isSilent(fault)) complain(terminal, fault);
  process.exit(exitCodeOf(fault));
});
// Nobody reads the progress or the complaint; the result goes elsewhere.
process.stderr.on('error', () => undefined);
const home = process.env['PERF_AGGREGATOR_HOME'] ?? '.perf-aggregator';
const program = createProgram(
  (globals) => ({
    ...waysTo(globals.url, { clock: systemClock, random: systemRandom }),
    clock: systemClock,
    sessions: new SessionFiles(home),
    trust: new TrustStore(home, process.env['PERF_AGGREGATOR_TRUST']),
    terminal,
    environment: process.env,
  }),
  argv,
);
process.exitCode = (await runProgram(program, argv, terminal)).code;
