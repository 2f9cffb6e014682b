/** `kms-policy`: prints the key policy that an enclave calls locked, or judges a policy. */
import { type ImagePcrs, keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { type Command, Option } from 'commander';
import { checkPolicy, type PolicyCheck } from '../kms-policy/check-policy.ts';
import { readPolicy } from '../kms-policy/read-policy.ts';
import { cleanLine } from '../present/clean.ts';
import type { CliContext } from './context.ts';
import { NotVerified, UsageError } from './exit.ts';
import { readText } from './files.ts';
import { print, warn } from './terminal.ts';

interface Flags {
  readonly pcr0?: string[];
  readonly pcr1?: string[];
  readonly pcr2?: string[];
  readonly roleArn?: string;
  readonly account?: string;
  readonly adminArn?: string;
  readonly lock?: boolean;
  readonly check?: string;
}

/** Adds the `kms-policy` command. */
export function addKmsPolicyCommand(program: Command, context: CliContext): void {
  program
    .command('kms-policy')
    .description('the KMS key policy under which only attested images use the key; or judge one')
    .option('--pcr0 <hex...>', 'PCR0 of the image; several: predecessors and upgrades')
    .option('--pcr1 <hex...>', 'PCR1 of the same images, in the same order')
    .option('--pcr2 <hex...>', 'PCR2 of the same images, in the same order')
    .option('--role-arn <arn>', "the parent's role")
    .option('--account <id>', "account of the key (default: the role's)")
    .option('--admin-arn <arn>', 'who administers the key (default: the account)')
    .option('--lock', 'nobody may ever change the policy; with --check: demand that')
    .addOption(
      new Option('--check <file>', 'judge this policy instead of printing one').conflicts([
        ...['pcr1', 'pcr2', 'roleArn', 'account', 'adminArn'],
      ]),
    )
    .action((flags: Flags) => (flags.check === undefined ? make(context, flags) : check(context, flags)));
}

function make({ terminal }: CliContext, flags: Flags): void {
  const images = imagesOf(flags);
  const roleArn = arnOf('--role-arn', flags.roleArn);
  const account = flags.account ?? roleArn.split(':')[4]!;
  if (!/^\d{12}$/.test(account)) throw invalid('--account: expected 12 digits');
  const adminArn = flags.adminArn === undefined ? {} : { adminArn: arnOf('--admin-arn', flags.adminArn) };
  const policy = keyPolicy({ account, roleArn, ...adminArn, images, locked: flags.lock === true });
  if (images.some((image) => image[1] === undefined)) {
    warn(terminal, 'warning: without --pcr1 and --pcr2 an enclave calls this policy mutable');
  }
  // A policy is printed as JSON for people too. It goes unchanged to `aws kms create-key --policy`.
  print(terminal, policy, () => JSON.stringify(policy, null, 2));
}

function check({ terminal }: CliContext, flags: Flags): void {
  const file = flags.check!;
  const expected = (flags.pcr0 ?? []).map((hex) => measurementOf('--pcr0', hex));
  const judged = checkPolicy(readPolicy(readText(file)), expected);
  print(terminal, judged, () => toText(judged));
  if (!judged.attestedOnly || (flags.lock === true && !judged.locked)) throw new NotVerified();
}

function toText({ attestedOnly, locked, images, findings }: PolicyCheck): string {
  const verdict = attestedOnly ? '✓ attested only' : '✗ attestation is void';
  return [
    `${verdict}; ${locked ? 'locked' : 'not locked'}`,
    ...images.map((hex) => `  PCR0 ${hex}`),
    ...findings.map(({ code, severity, statement, message }) =>
      cleanLine(`  ${severity}  ${code}  ${statement === null ? '' : `${statement}: `}${message}`),
    ),
  ].join('\n');
}

function imagesOf({ pcr0 = [], pcr1 = [], pcr2 = [] }: Flags): readonly ImagePcrs[] {
  if (pcr0.length === 0) throw invalid('--pcr0 is missing: ./perf-aggregator measure tells it');
  const isBare = pcr1.length === 0 && pcr2.length === 0;
  if (!isBare && (pcr1.length !== pcr0.length || pcr2.length !== pcr0.length)) {
    throw invalid('--pcr1 and --pcr2: as many as --pcr0, in the same order');
  }
  return pcr0.map((hex, index) => ({
    0: measurementOf('--pcr0', hex),
    ...(isBare ? {} : { 1: measurementOf('--pcr1', pcr1[index]!), 2: measurementOf('--pcr2', pcr2[index]!) }),
  }));
}

function measurementOf(option: string, hex: string): string {
  if (!/^[0-9a-f]{96}$/i.test(hex)) throw invalid(`${option}: expected 96 hex digits`);
  if (/^0+$/.test(hex)) throw invalid(`${option}: all zero, which every enclave in debug mode has`);
  return hex.toLowerCase();
}

function arnOf(option: string, arn: string | undefined): string {
  const isArn =
    arn !== undefined && /^arn:aws[a-z-]*:iam::\d{12}:(?:root|(?:role|user)\/[\w+=,.@/-]+)$/.test(arn);
  if (!isArn) throw invalid(`${option}: expected arn:aws:iam::ACCOUNT:role/NAME`);
  return arn;
}

function invalid(message: string): UsageError {
  return new UsageError('option_invalid', message);
}
