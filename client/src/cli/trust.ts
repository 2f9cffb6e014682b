/** What the person at the command line trusts: roots and measurements, from flags and nowhere else. */
import { readFileSync } from 'node:fs';
import type { AttestationPolicy } from '@perf-aggregator/attestation';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { type Command, InvalidArgumentError } from 'commander';
import type { Expectations } from '../quote.ts';
import { UsageError } from './exit.ts';

/** Flags that {@link addTrustOptions} adds. */
export interface TrustFlags {
  readonly root?: string[];
  readonly pcr?: Record<number, string>;
  readonly anyImage?: true;
  readonly allowDebug?: true;
}

/** Roots and acceptable images. */
export interface Trust {
  readonly roots?: readonly Uint8Array[];
  readonly pcrs: AttestationPolicy['pcrs'];
  readonly allowDebug: boolean;
}

/** Adds `--root`, `--pcr`, `--any-image` and `--allow-debug`. */
export function addTrustOptions(command: Command): Command {
  return command
    .option('--root <pem>', 'trust this root instead of the AWS one (a simulation); may be repeated', collect)
    .option('--pcr <n=hex>', 'expect this measurement; repeat for several registers', collectPcr)
    .option('--any-image', 'check no measurement: any genuine enclave will do')
    .option('--allow-debug', 'accept enclaves in debug mode, whose memory can be read');
}

/**
 * What the flags say. Neither `--pcr` nor `--any-image` is an empty policy, which the verifier refuses.
 * @throws UsageError `file_unreadable`, `input_malformed` for a root
 */
export function parseTrust(flags: TrustFlags): Trust {
  return {
    ...(flags.root ? { roots: flags.root.flatMap(readRoots) } : {}),
    pcrs: flags.anyImage ? 'any-image' : flags.pcr ? [flags.pcr] : [],
    allowDebug: flags.allowDebug ?? false,
  };
}

/** What the flags say, as the SDK takes it. @throws as {@link parseTrust} */
export function toExpectations(flags: TrustFlags): Expectations {
  const { roots, pcrs, allowDebug } = parseTrust(flags);
  return { ...(roots ? { roots } : {}), measurements: pcrs, allowDebug };
}

function collectPcr(text: string, previous: Record<number, string> = {}): Record<number, string> {
  const match = /^(\d{1,2})=([0-9a-fA-F]+)$/.exec(text);
  if (!match) throw new InvalidArgumentError('expected N=HEX, for example 0=2d1515…');
  return { ...previous, [Number(match[1])]: match[2]!.toLowerCase() };
}

function collect(path: string, previous: readonly string[] = []): string[] {
  return [...previous, path];
}

function readRoots(path: string): Uint8Array[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError('file_unreadable', `${path}: cannot be read`, cause);
  }
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/g)];
  if (blocks.length === 0) throw new UsageError('input_malformed', `${path}: holds no PEM certificate`);
  try {
    return blocks.map(([, body]) => decodeBase64(body!.replaceAll(/\s/g, '')));
  } catch (cause) {
    throw new UsageError('input_malformed', `${path}: a certificate is not base64`, cause);
  }
}
