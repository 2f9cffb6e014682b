/** `trust`: keeps what is trusted, so that later commands need not be told again. */
import { PolicyError } from '@perf-aggregator/attestation';
import { parseCertificate } from '@perf-aggregator/attestation/certificate';
import { checkPolicy } from '@perf-aggregator/attestation/policy';
import type { Command } from 'commander';
import { day } from '../present/format.ts';
import { table } from '../present/table.ts';
import { checkExpectations } from '../sdk/quote.ts';
import { parseUrl } from './arguments.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { print } from './terminal.ts';
import { addServiceTrustOptions, parseTrust, type ServiceTrust, type ServiceTrustFlags } from './trust.ts';
import { fromEntry, toEntry, trustText } from './trust-entry.ts';
import { expectationsOf } from './trust-in-use.ts';
import type { FoundTrust } from './trust-store.ts';
import { serviceOf } from './urls.ts';

const URL_MEANS = 'of this service alone (default: of every service without its own, and of evidence)';

/** Adds the `trust` command and its subcommands. */
export function addTrustCommand(program: Command, context: CliContext): void {
  const trust = program
    .command('trust')
    .description('keep what you trust, once: options of a command replace it, and never add to it');
  const add = trust
    .command('add')
    .description('trust this from now on')
    .option('--url <url>', URL_MEANS, parseUrl);
  addServiceTrustOptions(add).action((flags: ServiceTrustFlags) => addTrust(context, flags));
  trust
    .command('list')
    .description('what is kept')
    .action(() => listTrust(context));
  trust
    .command('remove')
    .description('trust it no longer')
    .option('--url <url>', URL_MEANS, parseUrl)
    .action(() => removeTrust(context));
}

function addTrust(context: CliContext, flags: ServiceTrustFlags): void {
  const { terminal, clock } = context;
  const url = urlOf(context);
  const trust = parseTrust(flags, clock.now());
  check(trust);
  context.trust.add(url, toEntry(trust, clock.now()));
  const told = {
    file: context.trust.file,
    of: url === null ? 'default' : (serviceOf(url) ?? url),
    says: trustText(trust),
  };
  print(terminal, told, () => `trusted (${told.of}), kept in ${told.file}: ${told.says}`);
}

function listTrust(context: CliContext): void {
  const listed = context.trust.all().map((found) => toListed(found, context.clock.now()));
  print(context.terminal, listed, () =>
    listed.length === 0
      ? 'nothing is kept; ./perf-aggregator trust add keeps it'
      : table(listed.map(({ of, says, addedAt }) => [of, `${says} (since ${day(addedAt)})`])),
  );
}

function toListed({ entry, file, of }: FoundTrust, now: number) {
  return { of, says: saysOf(entry, now), addedAt: entry.addedAt, file };
}

/** Ended releases stay in the entry but are no longer believed. */
function saysOf(entry: FoundTrust['entry'], now: number): string {
  try {
    return trustText(fromEntry(entry, now));
  } catch (error) {
    return `nothing any more: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function removeTrust(context: CliContext): void {
  const of = urlOf(context) ?? 'default';
  if (!context.trust.remove(urlOf(context))) {
    throw new UsageError(
      'option_invalid',
      `no trust is kept (${of}); ./perf-aggregator trust list shows what is`,
    );
  }
  print(context.terminal, { removed: of }, () => `trusted no longer: ${of}`);
}

/** Refuses trust that could never verify anything now, not later when it is needed. @throws PolicyError, UsageError */
function check(trust: ServiceTrust): void {
  const { roots = [], pcrs, allowDebug } = trust;
  if (pcrs.length === 0) {
    throw new UsageError('option_invalid', 'which image? --pcr, --measurements or --any-image says it');
  }
  checkPolicy({ pcrs, allowDebug });
  checkExpectations(expectationsOf(trust));
  for (const root of roots) checkRoot(root);
}

function checkRoot(der: Uint8Array): void {
  try {
    parseCertificate(der);
  } catch (cause) {
    throw new PolicyError('root_invalid', 'a root is no certificate of the Nitro profile', cause);
  }
}

function urlOf({ ports }: CliContext): string | null {
  return ports.enclaveUrl ?? null;
}
