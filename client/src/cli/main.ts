/** Entry of the CLI. It provides the process's clock, randomness, environment, terminal and files. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { waysTo } from './context.ts';
import { exitCodeOf, isSilent, outputFault } from './exit.ts';
import { asksForJson, createProgram } from './program.ts';
import { runProgram } from './run.ts';
import { SessionFiles } from './sessions.ts';
import { complain } from './terminal.ts';
import { TrustReceipts } from './trust-receipts.ts';
import { TrustStore } from './trust-store.ts';

const argv = process.argv.slice(2);
const json = asksForJson(argv);
const terminal = { stdout: process.stdout, stderr: process.stderr, interactive: process.stderr.isTTY, json };
// Lost output is a failure, whatever the result of the command itself.
process.stdout.on('error', (cause) => {
  const fault = outputFault(cause);
  if (!isSilent(fault)) complain(terminal, fault);
  process.exit(exitCodeOf(fault));
});
// Nobody reads the progress or the complaint. The result goes elsewhere.
process.stderr.on('error', () => undefined);
const home = process.env['PERF_AGGREGATOR_HOME'] || '.perf-aggregator';
const program = createProgram(
  (globals) => ({
    ...waysTo(globals.url, { clock: systemClock, random: systemRandom }),
    clock: systemClock,
    sessions: new SessionFiles(home),
    trust: new TrustStore(home, process.env['PERF_AGGREGATOR_TRUST'], new TrustReceipts(receiptsFolder())),
    terminal,
    environment: process.env,
  }),
  argv,
);
process.exitCode = (await runProgram(program, argv, terminal)).code;

/**
 * Below the user's own folder, as the XDG Base Directory Specification says. The specification ignores a path that is
 * not absolute.
 */
function receiptsFolder(): string {
  const state = process.env['XDG_STATE_HOME'] ?? '';
  return join(isAbsolute(state) ? state : join(homedir(), '.local/state'), 'perf-aggregator/trust');
}
