/** Commands that judge evidence offline. */
import { type Explanation, explainAttestation, explainReport } from '@perf-aggregator/attestation';
import { decodeAttestationUnverified } from '@perf-aggregator/attestation/payload';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { KMS_POLICY_STATES, type KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { endingOf, type Measurements } from '../measurements/measurements.ts';
import { documentText } from '../present/document-text.ts';
import type { CliContext } from './context.ts';
import { toDocument } from './document-file.ts';
import { NotVerified } from './exit.ts';
import { readBytes } from './files.ts';
import { print, warn } from './terminal.ts';
import { addTrustOptions, type ServiceTrust, type TrustFlags } from './trust.ts';
import { trustOf } from './trust-in-use.ts';
import { checkTable, documentVerdict, heldAgainst, reportVerdict } from './verdict.ts';

/** The time at which evidence is judged: the present, the document's own time, or an instant in ms. */
type At = 'now' | 'document' | number;

interface VerifyFlags extends TrustFlags {
  readonly at: At;
  readonly aud?: string;
  readonly nonce?: string;
  readonly kmsPolicy?: KmsPolicyState;
}

interface AttestationFlags extends TrustFlags {
  readonly at: At;
  readonly nonce?: Uint8Array;
}

/** Adds the commands `verify` and `verify-attestation`. */
export function addVerifyCommands(program: Command, context: CliContext): void {
  const verify = program
    .command('verify')
    .description('verify a report bundle, offline')
    .argument('<file>', 'the bundle, or - for standard input')
    .option('--at <instant>', 'judge expiry at: now, document, or an ISO instant', parseAt, 'now' as At)
    .option('--aud <name>', 'the report must be for this audience')
    .option('--nonce <text>', 'the report must answer this challenge')
    .addOption(
      new Option('--kms-policy <state>', 'demand that the policy of the KMS key is this').choices(
        KMS_POLICY_STATES,
      ),
    );
  addTrustOptions(verify).action((file: string, flags: VerifyFlags) =>
    verifyReportFile(context, file, flags),
  );
  const attestation = program
    .command('verify-attestation')
    .description('verify an AWS Nitro attestation document, offline')
    .argument('<file>', 'the document, raw, hex, base64, armoured or in JSON; or - for standard input')
    .option('--at <instant>', 'judge at: now, document, or an ISO instant', parseAt, 'now' as At)
    .option('--nonce <hex>', 'the document must carry this nonce', parseHex);
  addTrustOptions(attestation).action((file: string, flags: AttestationFlags) =>
    verifyDocument(context, file, flags),
  );
}

function verifyReportFile(context: CliContext, file: string, flags: VerifyFlags): void {
  const text = Buffer.from(readBytes(file)).toString('utf8');
  const instant = reportInstant(context, text, flags.at);
  const trust = trustOf(context, flags, instant, null);
  const { roots, pcrs, allowDebug, measurements, kmsPolicy } = trust;
  const judgement = explainReport(text, {
    ...(roots ? { roots } : {}),
    pcrs,
    allowDebug,
    instant,
    ...(flags.aud === undefined ? {} : { audience: flags.aud }),
    ...(flags.nonce === undefined ? {} : { nonce: flags.nonce }),
    ...(kmsPolicy === undefined ? {} : { kmsPolicy }),
  });
  const explanation = heldAgainst(trust, judgement);
  const { verified, simulated, code, checks, claims, attestation } = explanation;
  const document = attestation?.document;
  if (measurements) warnOfEnding(context, measurements, instant, document);
  const judged = {
    verified,
    simulated,
    code,
    checks,
    ...toFacts(document),
    claims: verified ? claims : null,
    trust: trust.told,
  };
  print(context.terminal, judged, () => `${checkTable(checks)}\n\n${reportVerdict(explanation)}`);
  if (!verified) throw new NotVerified();
}

function verifyDocument(context: CliContext, file: string, flags: AttestationFlags): void {
  const input = toDocument(readBytes(file));
  const instant = flags.at === 'now' ? context.clock.now() : flags.at;
  const trusted = typeof instant === 'number' ? instant : timestampOf(input, context.clock.now());
  const trust = trustOf(context, flags, trusted, null);
  const { roots, pcrs, allowDebug, measurements } = trust;
  warnOfService(context, trust);
  const nonce = flags.nonce === undefined ? {} : { nonce: flags.nonce };
  const explanation = explainAttestation(input, {
    ...(roots ? { roots } : {}),
    at: instant,
    policy: { pcrs, allowDebug, ...nonce },
  });
  const { verified, simulated, code, checks, document, chain = null } = explanation;
  if (measurements) warnOfEnding(context, measurements, trusted, document);
  const [publicKey, userData, boundNonce] = [document?.publicKey, document?.userData, document?.nonce].map(
    (bytes) => (bytes ? encodeHex(bytes) : null),
  );
  const judged = {
    ...{ verified, simulated, code, checks, ...toFacts(document), certificates: chain },
    ...{ publicKey, userData, nonce: boundNonce, trust: trust.told },
  };
  print(context.terminal, judged, () =>
    [checkTable(checks), documentText(explanation), documentVerdict(explanation)]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
  if (!verified) throw new NotVerified();
}

/** With `--at document`, a report's expiry is judged at the time of its evidence. */
function reportInstant(context: CliContext, text: string, at: At): number {
  if (typeof at === 'number') return at;
  const now = context.clock.now();
  if (at === 'now') return now;
  try {
    return timestampOf(decodeBase64((parseStrictJson(text) as { attestation: string }).attestation), now);
  } catch {
    // The judgement itself says what is wrong with the bundle.
    return now;
  }
}

/**
 * The time that a document states. If it cannot be read, the result is `otherwise`, and the judgement says what is
 * wrong.
 */
function timestampOf(document: Uint8Array, otherwise: number): number {
  try {
    return decodeAttestationUnverified(document).timestamp;
  } catch {
    return otherwise;
  }
}

/** Warns when the kept trust demands more than a document alone can show. */
function warnOfService({ terminal }: CliContext, { configSha256, kmsPolicy }: ServiceTrust): void {
  if (terminal.json || (configSha256 === undefined && kmsPolicy === undefined)) return;
  warn(terminal, 'not looked at here: configuration and KMS key policy, which a quote or a report tells');
}

/**
 * Tells that evidence belongs to an ended release. Without this warning, it is refused like the evidence of any other
 * image.
 */
function warnOfEnding(
  { terminal }: CliContext,
  measurements: Measurements,
  instant: number,
  document: Explanation['document'],
): void {
  const ending = endingOf(measurements, instant, toFacts(document).pcrs ?? {});
  if (ending !== null) warn(terminal, `release ${ending}`);
}

function toFacts(document: Explanation['document']) {
  if (!document) return { pcrs: null, timestamp: null, moduleId: null };
  const pcrs = Object.fromEntries([...document.pcrs].map(([index, value]) => [index, encodeHex(value)]));
  return { pcrs, timestamp: document.timestamp, moduleId: document.moduleId };
}

function parseAt(text: string): At {
  if (text === 'now' || text === 'document') return text;
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new InvalidArgumentError('expected now, document, or an ISO instant');
  return instant;
}

function parseHex(text: string): Uint8Array {
  try {
    return decodeHex(text);
  } catch {
    throw new InvalidArgumentError('expected hex');
  }
}
