/** `make run` and `./perf-aggregator simulate`: the local world, the demonstration, and the service after it. */
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodeOf, isSilent, outputFault, ReaderGone, UsageError } from '@perf-aggregator/client/cli/exit';
import { complain } from '@perf-aggregator/client/cli/terminal';
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { demonstrate } from './demonstration.ts';
import { startLocalWorld } from './local-world.ts';

const USAGE = `usage: perf-aggregator simulate [--once] [--port N] [--host ADDRESS] [--home FOLDER] [--days N] [--transport unix|vsock]

Starts the whole system on the simulator, registers a demonstration account, prints its verified numbers, and
leaves the service up until Ctrl-C (--once: ends after the transcript). --days is the length of the account's history
in a new world, 30 to 1,000 (default 730).
`;

const TRANSPORTS = ['unix', 'vsock'] as const;

async function main(argv: readonly string[], output: Output): Promise<number> {
  const options = readOptions(argv);
  if (typeof options === 'string') {
    process.stderr.write(options);
    return 0;
  }
  const giveUp = deferred<Error>();
  const world = await startLocalWorld({
    ...options,
    scenario: 'demonstration',
    clock: systemClock,
    random: systemRandom,
    onDeath: (name, failure) =>
      process.stderr.write(`${name} died${failure === null ? '' : ` (${failure})`}; starting it again\n`),
    onGiveUp: giveUp.resolve,
  });
  const stopped = deferred<number>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.resolve(0));
  // When nobody gets the transcript, there is no reason to continue.
  void output.failed.then(giveUp.resolve);
  try {
    const terminal = {
      stdout: process.stdout,
      stderr: process.stderr,
      interactive: process.stderr.isTTY,
      json: false,
    };
    const shown = demonstrate({ world, terminal, clock: systemClock }).then(() => null);
    const early = await Promise.race([shown, stopped.promise, giveUp.promise]);
    if (early instanceof Error) throw early;
    if (early !== null || options.once) return early ?? 0;
    process.stdout.write(`\nThe service stays up at ${world.url}; Ctrl-C stops it.\n`);
    const end = await Promise.race([stopped.promise, giveUp.promise]);
    if (end instanceof Error) throw end;
    return end;
  } finally {
    await world.stop();
  }
}

/** Checks that the printed text arrived. */
interface Output {
  readonly failed: Promise<Error>;
  /** @throws UsageError `output_failed`; ReaderGone */
  check(): void;
}

function watchOutput(): Output {
  const failed = deferred<Error>();
  let fault: Error | null = null;
  process.stdout.on('error', (cause) => {
    fault ??= outputFault(cause);
    failed.resolve(fault);
  });
  return {
    failed: failed.promise,
    check() {
      if (fault !== null) throw fault;
    },
  };
}

function readOptions(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        port: { type: 'string', default: process.env['ENCLAVE_PORT'] ?? '3000' },
        host: { type: 'string', default: process.env['ENCLAVE_HOST'] ?? '127.0.0.1' },
        home: { type: 'string', default: process.env['PERF_AGGREGATOR_HOME'] ?? '.perf-aggregator' },
        seed: { type: 'string' },
        days: { type: 'string' },
        transport: { type: 'string', default: 'unix' },
      },
    });
    if (values.help) return USAGE;
    const transport = TRANSPORTS.find((name) => name === values.transport);
    if (transport === undefined) throw refused(`--transport ${values.transport}: unix or vsock`);
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535) throw refused(`--port ${values.port}: not a port`);
    const days = values.days === undefined ? null : daysOf(values.days);
    const near = relative('', values.home) || '.';
    // Short where it is below this folder, complete elsewhere. The transcript prints it.
    const home = near.startsWith('..') ? resolve(values.home) : near;
    return {
      once: values.once,
      port,
      host: values.host,
      home,
      transport,
      ...(values.seed ? { seed: values.seed } : {}),
      ...(days === null ? {} : { historyDays: days }),
    };
  } catch (error) {
    throw error instanceof UsageError ? error : refused((error as Error).message);
  }
}

/** The account of the demonstration needs 30 days. The recorded prices have some thousand. */
function daysOf(text: string): number {
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 30 && days <= 1_000) return days;
  throw refused(`--days ${text}: a number from 30 to 1000`);
}

function refused(message: string): UsageError {
  return new UsageError('option_invalid', message);
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

try {
  const output = watchOutput();
  process.exitCode = await main(process.argv.slice(2), output);
  // The last words may have been lost.
  output.check();
} catch (error) {
  if (!isSilent(error)) complain({ stderr: process.stderr, json: false }, error);
  process.exitCode = error instanceof ReaderGone || error instanceof UsageError ? exitCodeOf(error) : 1;
}
// The demonstration may still wait for a world that has ended.
process.exit();
