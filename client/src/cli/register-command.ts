/** The command that hands over accounts. */
import { type Command, Option } from 'commander';
import { time } from '../present/format.ts';
import { table } from '../present/table.ts';
import { SecureClient, type SecureClientOptions } from '../sdk/secure-client.ts';
import { collectNames, parseTtl } from './arguments.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { readText } from './files.ts';
import { keepNewSession } from './kept-session.ts';
import { readSecret } from './secrets.ts';
import { print } from './terminal.ts';
import { addServiceTrustOptions, type ServiceTrustFlags } from './trust.ts';
import { expectationsOf, trustOf } from './trust-in-use.ts';

interface RegisterFlags extends ServiceTrustFlags {
  readonly user: string;
  readonly exchange: string;
  readonly label?: string;
  readonly apiKeyFile?: string;
  readonly apiSecretFile?: string;
  readonly accounts?: string;
  readonly sandbox?: true;
  readonly symbols?: string[];
  readonly memory?: true;
  readonly allowTradingKeys?: true;
  readonly ttl: number;
}

/** Adds the `register` command. */
export function addRegisterCommand(program: Command, context: CliContext): void {
  const command = program
    .command('register')
    .description('verify the enclave and hand it read-only exchange keys')
    .requiredOption('--user <id>', 'your name for yourself')
    .option('--exchange <venue>', 'venue of the account', 'binance')
    .option('--label <text>', 'your name for the session')
    .option('--api-key-file <file>', 'file with the API key (or PERF_AGGREGATOR_API_KEY, or a prompt)')
    .option('--api-secret-file <file>', 'file with the secret (or PERF_AGGREGATOR_API_SECRET, or a prompt)')
    .addOption(
      new Option('--accounts <file>', 'JSON list of accounts instead of one').conflicts([
        ...['exchange', 'apiKeyFile', 'apiSecretFile', 'symbols', 'sandbox'],
      ]),
    )
    .option('--symbols <names>', 'symbols to read, as BTC/USDT,ETH/USDT (default: discovered)', collectNames)
    .option('--sandbox', "the venue's test system")
    .option('--memory', 'keep the credentials in the memory of this enclave only')
    .option('--allow-trading-keys', 'hand over a key that can trade; reports will say so')
    .option('--ttl <seconds>', 'how long the session lives', parseTtl, 86_400);
  addServiceTrustOptions(command).action((flags: RegisterFlags) => register(context, flags));
}

async function register(context: CliContext, flags: RegisterFlags): Promise<void> {
  // Checked before a key is asked for or sent: a session that cannot be kept would be lost.
  context.sessions.check();
  const session = {
    userId: flags.user,
    persistence: flags.memory ? ('memory' as const) : ('sealed' as const),
    allowTradingKeys: flags.allowTradingKeys ?? false,
    ...(flags.label === undefined ? {} : { label: flags.label }),
  };
  const accounts =
    flags.accounts === undefined ? await oneAccount(context, flags) : readAccounts(flags.accounts);
  const trust = trustOf(context, flags, context.clock.now(), context.service.enclaveUrl);
  const client = new SecureClient({
    ...context.service,
    expect: expectationsOf(trust),
    ttl: flags.ttl,
    ...session,
    accounts,
  } as SecureClientOptions);
  const { sessionId, expiresAt, quote: verified } = await client.register();
  await keepNewSession(context, client);
  print(context.terminal, { sessionId, expiresAt, simulated: verified.simulated, trust: trust.told }, () =>
    table([
      ['Quote', verified.simulated ? 'verified (SIMULATED: not AWS hardware)' : 'verified'],
      ['Session', sessionId],
      ['Ends', `${time(expiresAt)} UTC`],
    ]),
  );
}

async function oneAccount(context: CliContext, flags: RegisterFlags): Promise<unknown[]> {
  const secret = (name: string, file: string | undefined, variable: string) =>
    readSecret({ name, file, variable, value: context.environment[variable] });
  return [
    {
      exchange: flags.exchange,
      apiKey: await secret('API key', flags.apiKeyFile, 'PERF_AGGREGATOR_API_KEY'),
      apiSecret: await secret('API secret', flags.apiSecretFile, 'PERF_AGGREGATOR_API_SECRET'),
      sandbox: flags.sandbox ?? false,
      ...(flags.symbols === undefined ? {} : { symbols: flags.symbols }),
    },
  ];
}

function readAccounts(path: string): unknown[] {
  const text = readText(path);
  try {
    const accounts: unknown = JSON.parse(text);
    if (Array.isArray(accounts)) return accounts;
  } catch {
    // The parser's message is left out: it may quote the file, which holds secrets.
  }
  throw new UsageError('input_malformed', `${path}: not a JSON list of accounts`);
}
