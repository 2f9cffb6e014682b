/** Commands that talk to a service. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { reportParameters } from '@perf-aggregator/shared/messages/request';
import type { Command } from 'commander';
import { SecureClient } from '../index.ts';
import { time } from '../present/format.ts';
import { table } from '../present/table.ts';
import type { SecureClientOptions } from '../sdk/secure-client.ts';
import { collectNames, parseTtl } from './arguments.ts';
import type { CliContext } from './context.ts';
import { Destination } from './destination.ts';
import { endKeptSession, nameOf, withKeptSession } from './kept-session.ts';
import {
  addPeriodOptions,
  addSessionOption,
  checkedQuestion,
  definedOf,
  type PeriodFlags,
  toPeriod,
} from './question.ts';
import { addReadCommands, withSession } from './read-commands.ts';
import { addRegisterCommand } from './register-command.ts';
import { addStatusCommand } from './status-command.ts';
import { print, printContents, warn } from './terminal.ts';
import { addServiceTrustOptions, type ServiceTrustFlags } from './trust.ts';
import { expectationsOf, trustOf } from './trust-in-use.ts';

interface ReportFlags extends PeriodFlags {
  readonly aud?: string;
  readonly nonce?: string;
  readonly allowPartial?: boolean;
  readonly disclose?: string[];
  readonly out?: string;
}

/** Adds the commands quote, register, report, renew and revoke, and the commands that read. */
export function addServiceCommands(program: Command, context: CliContext): void {
  addServiceTrustOptions(program.command('quote').description('ask the enclave to prove what it is')).action(
    (flags: ServiceTrustFlags) => quote(context, flags),
  );
  addRegisterCommand(program, context);
  addReadCommands(program, context);
  addPeriodOptions(program.command('report').description('a signed report for somebody else to verify'))
    .option('--aud <name>', 'who the report is for')
    .option('--nonce <text>', "the verifier's challenge")
    .option('--allow-partial', 'also of accounts that were not read whole; the report says so')
    .option('--disclose <names>', 'show only these metrics, separated by commas (default: all)', collectNames)
    .option('--out <file>', 'write the bundle here instead of standard output')
    .action((flags: ReportFlags) => report(context, flags));
  addStatusCommand(program, context);
  addSessionOption(program.command('renew').description('move the end of a session'))
    .option('--ttl <seconds>', 'seconds from now', parseTtl)
    .action((flags: { session?: string; ttl?: number }) => renew(context, flags));
  addSessionOption(program.command('revoke').description('end a session and forget its file')).action(
    (flags: { session?: string }) => revoke(context, flags),
  );
}

async function quote(context: CliContext, flags: ServiceTrustFlags): Promise<void> {
  const { terminal } = context;
  const trust = trustOf(context, flags, context.clock.now(), context.service.enclaveUrl);
  const client = new SecureClient({
    ...context.service,
    expect: expectationsOf(trust),
  } as SecureClientOptions);
  const { attestation, simulated, handshakePub, reportKey, configSha256, kmsPolicy, ...beside } =
    await client.quote();
  const { egressAddressesUnverified } = beside;
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
    egressAddressesUnverified,
    trust: trust.told,
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
      ['Venues see', addressesText(egressAddressesUnverified)],
    ]),
  );
}

/** The addresses that venues see, in words that nobody mistakes for part of the proof. */
function addressesText(addresses: readonly string[]): string {
  if (addresses.length === 0) return 'not told by the operator';
  return `${addresses.join(', ')} (the operator's word, unverified)`;
}

async function report(context: CliContext, flags: ReportFlags): Promise<void> {
  const { aud, nonce, allowPartial, disclose } = flags;
  const question = checkedQuestion(reportParameters, {
    ...toPeriod(flags),
    ...definedOf({ aud, nonce, allowPartial }),
  });
  const parameters = { ...question, ...definedOf({ disclose }) };
  // The report goes to standard output anyway.
  const out = flags.out === '-' ? undefined : flags.out;
  // Checked before anything is asked: a report that cannot be written would be lost.
  const destination = out === undefined ? null : new Destination(out);
  const { session, answer: bundle } = await withSession(context, flags, (client, wait) =>
    client.getReport(parameters, wait),
  );
  // Compact and without a line end, because a signature covers every byte of the file.
  const text = JSON.stringify(bundle);
  // The bundle itself names no session. People are told it beside the bundle.
  if (!context.terminal.json) warn(context.terminal, `report of session ${session}…`);
  if (destination === null) {
    printContents(context.terminal, text);
    return;
  }
  destination.write(text);
  print(context.terminal, { file: out, session }, () => `report written to ${out}`);
}

async function renew(context: CliContext, flags: { session?: string; ttl?: number }): Promise<void> {
  const { session, answer: expiresAt } = await withKeptSession(context, flags.session, (client) =>
    client.renew(flags.ttl),
  );
  print(
    context.terminal,
    { expiresAt, session },
    () => `Session ${session}…\nsession ends ${time(expiresAt)} UTC`,
  );
}

async function revoke(context: CliContext, flags: { session?: string }): Promise<void> {
  const revoked = await endKeptSession(context, flags.session);
  print(
    context.terminal,
    { revoked },
    () => `Session ${nameOf(revoked)}…\nsession revoked; delete the exchange key as well`,
  );
}
