/** Commands that talk to a service. */
import { writeFileSync } from 'node:fs';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { type Command, InvalidArgumentError } from 'commander';
import { SecureClient } from '../index.ts';
import type { SecureClientOptions } from '../secure-client.ts';
import { collectNames, parseSeconds } from './arguments.ts';
import type { CliContext } from './context.ts';
import { time } from './format.ts';
import { metricsTable, summaryTable } from './metrics-table.ts';
import { addRegisterCommand } from './register-command.ts';
import { ProgressBar, print, table } from './terminal.ts';
import { addTrustOptions, type TrustFlags, toExpectations } from './trust.ts';

interface PeriodFlags {
  readonly from?: string;
  readonly to?: string;
  readonly riskFree?: number;
  readonly mar?: number;
  readonly session?: string;
}

interface ReportFlags extends PeriodFlags {
  readonly aud?: string;
  readonly nonce?: string;
  readonly disclose?: string[];
  readonly out?: string;
}

/** Adds quote, register, metrics, summary, report, renew and revoke. */
export function addServiceCommands(program: Command, context: CliContext): void {
  addTrustOptions(program.command('quote').description('ask the enclave to prove what it is')).action(
    (flags: TrustFlags) => quote(context, flags),
  );
  addRegisterCommand(program, context);
  addPeriodOptions(program.command('metrics').description('all metrics of a period')).action(
    (flags: PeriodFlags) =>
      read(context, flags, (client, progress) => client.getMetrics(toPeriod(flags), progress), metricsTable),
  );
  addPeriodOptions(program.command('summary').description('the few numbers of a dashboard')).action(
    (flags: PeriodFlags) =>
      read(context, flags, (client, progress) => client.getSummary(toPeriod(flags), progress), summaryTable),
  );
  addPeriodOptions(program.command('report').description('a signed report for somebody else to verify'))
    .option('--aud <name>', 'who the report is for')
    .option('--nonce <text>', "the verifier's challenge")
    .option('--disclose <names>', 'show only these metrics, separated by commas (default: all)', collectNames)
    .option('--out <file>', 'write the bundle here instead of standard output')
    .action((flags: ReportFlags) => report(context, flags));
  program
    .command('renew')
    .description('move the end of a session')
    .option('--session <id>', 'session, or the beginning of its id (default: the one used last)')
    .option('--ttl <seconds>', 'seconds from now', parseSeconds)
    .action((flags: { session?: string; ttl?: number }) => renew(context, flags));
  program
    .command('revoke')
    .description('end a session and forget its file')
    .option('--session <id>', 'session, or the beginning of its id (default: the one used last)')
    .action((flags: { session?: string }) => revoke(context, flags));
}

function addPeriodOptions(command: Command): Command {
  return command
    .option('--session <id>', 'session, or the beginning of its id (default: the one used last)')
    .option('--from <day>', 'first UTC day, as 2026-01-31')
    .option('--to <day>', 'last UTC day')
    .option('--risk-free <rate>', 'annual risk-free rate, 0.02 for 2 %', parseRate)
    .option('--mar <rate>', 'annual minimum acceptable return', parseRate);
}

async function quote(context: CliContext, flags: TrustFlags): Promise<void> {
  const { terminal } = context;
  const client = new SecureClient({
    ...context.service,
    expect: toExpectations(flags),
  } as SecureClientOptions);
  const { attestation, simulated, handshakePub, reportKey, configSha256, kmsPolicy } = await client.quote();
  const pcrs = Object.fromEntries([...attestation.pcrs].map(([index, value]) => [index, encodeHex(value)]));
  const facts = {
    verified: true,
    simulated,
    timestamp: attestation.timestamp,
    moduleId: attestation.moduleId,
    pcrs,
    reportKey: encodeHex(reportKey),
    handshakeKey: encodeHex(handshakePub),
    configSha256,
    kmsPolicy,
  };
  print(terminal, facts, () =>
    table([
      ['Quote', simulated ? 'verified (SIMULATED: not AWS hardware)' : 'verified'],
      ['Module', facts.moduleId],
      ['Made', `${time(facts.timestamp)} UTC`],
      ...[0, 1, 2].map((index) => [`PCR${index}`, pcrs[index] ?? '—'] as const),
      ['Report key', facts.reportKey],
      ['Configuration', configSha256],
      ['KMS key policy', kmsPolicy],
    ]),
  );
}

async function read<T>(
  context: CliContext,
  flags: { readonly session?: string },
  ask: (
    client: SecureClient,
    wait: { onProgress: (done: { progress: number; entries: number }) => void },
  ) => Promise<T>,
  text: (result: T) => string,
): Promise<void> {
  const client = SecureClient.resume(context.sessions.load(flags.session), context.ports);
  const bar = new ProgressBar(context.terminal);
  const onProgress = (done: { progress: number; entries: number }) =>
    bar.show(done.progress, `reading the account, ${done.entries} entries`);
  const result = await ask(client, { onProgress }).finally(() => {
    bar.clear();
    context.sessions.save(client.export());
  });
  print(context.terminal, result, () => text(result));
}

async function report(context: CliContext, flags: ReportFlags): Promise<void> {
  const { aud, nonce, disclose, out } = flags;
  const parameters = { ...toPeriod(flags), ...definedOf({ aud, nonce, disclose }) };
  const client = SecureClient.resume(context.sessions.load(flags.session), context.ports);
  const bar = new ProgressBar(context.terminal);
  const onProgress = (done: { progress: number; entries: number }) =>
    bar.show(done.progress, `reading the account, ${done.entries} entries`);
  const bundle = await client.getReport(parameters, { onProgress }).finally(() => {
    bar.clear();
    context.sessions.save(client.export());
  });
  // Compact and without a line end: every byte of the file is under a signature.
  const text = JSON.stringify(bundle);
  if (out === undefined) context.terminal.stdout.write(text);
  else writeFileSync(out, text, { mode: 0o600 });
  if (out !== undefined) print(context.terminal, { file: out }, () => `report written to ${out}`);
}

async function renew(context: CliContext, flags: { session?: string; ttl?: number }): Promise<void> {
  const client = SecureClient.resume(context.sessions.load(flags.session), context.ports);
  const expiresAt = await client.renew(flags.ttl).finally(() => context.sessions.save(client.export()));
  print(context.terminal, { expiresAt }, () => `session ends ${time(expiresAt)} UTC`);
}

async function revoke(context: CliContext, flags: { session?: string }): Promise<void> {
  const client = SecureClient.resume(context.sessions.load(flags.session), context.ports);
  const { sessionId } = client.export();
  await client.revoke();
  context.sessions.remove(sessionId);
  print(context.terminal, { revoked: sessionId }, () => 'session revoked; delete the exchange key as well');
}

function toPeriod(flags: PeriodFlags) {
  const { from, to, riskFree, mar } = flags;
  return definedOf({ from, to, riskFreeRateAnnual: riskFree, minimumAcceptableReturnAnnual: mar });
}

function definedOf<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (text.trim() === '' || !Number.isFinite(rate))
    throw new InvalidArgumentError('expected a number, 0.02 for 2 %');
  return rate;
}
