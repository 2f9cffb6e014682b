/** The trust for one command: its options, otherwise the kept trust. The two are never combined. */
import type { Expectations } from '../sdk/quote.ts';
import type { CliContext } from './context.ts';
import { warn } from './terminal.ts';
import { parseTrust, type ServiceTrust, type ServiceTrustFlags } from './trust.ts';
import { fromEntry, trustText } from './trust-entry.ts';

/** Trust and its source. */
export interface TrustInUse extends ServiceTrust {
  /** The source, for programs. */
  readonly told: {
    readonly from: 'options' | 'kept' | 'nothing';
    readonly file: string | null;
    /** A service's address, `default` or `local world`. */
    readonly of: string | null;
    readonly says: string;
  };
}

const FLAGS: readonly (keyof ServiceTrustFlags)[] = [
  ...(['root', 'pcr', 'measurements', 'measurementsKey', 'anyImage', 'allowDebug'] as const),
  ...(['configSha256', 'kmsPolicy'] as const),
];

/**
 * The trust that the command uses. People are told when kept trust is used or replaced, and when any image is accepted.
 * @param instant - at which evidence is judged, ms
 * @param url - of the service; null: evidence that is judged offline
 * @throws as parseTrust and TrustStore
 */
export function trustOf(
  context: CliContext,
  flags: ServiceTrustFlags,
  instant: number,
  url: string | null,
): TrustInUse {
  const trust = inUse(context, flags, instant, url);
  if (!context.terminal.json) tell(context, trust);
  return trust;
}

/** The same trust in the form that the SDK takes. */
export function expectationsOf({
  roots,
  pcrs,
  allowDebug,
  configSha256,
  kmsPolicy,
}: ServiceTrust): Expectations {
  return {
    ...(roots ? { roots } : {}),
    measurements: pcrs,
    allowDebug,
    ...(configSha256 === undefined ? {} : { configSha256 }),
    ...(kmsPolicy === undefined ? {} : { kmsPolicy }),
  };
}

function inUse(
  { trust }: CliContext,
  flags: ServiceTrustFlags,
  instant: number,
  url: string | null,
): TrustInUse {
  const isSaid = FLAGS.some((flag) => flags[flag] !== undefined);
  const found = isSaid ? null : trust.find(url);
  const used = found === null ? parseTrust(flags, instant) : fromEntry(found.entry, instant);
  const from = isSaid ? 'options' : found === null ? 'nothing' : 'kept';
  return { ...used, told: { from, file: found?.file ?? null, of: found?.of ?? null, says: trustText(used) } };
}

function tell({ terminal, trust }: CliContext, { pcrs, told }: TrustInUse): void {
  const { from, file, of, says } = told;
  if (from === 'options' && pcrs.length === 0 && trust.isAny()) {
    warn(
      terminal,
      `what is kept in ${trust.file} counts for nothing here: the options of this command replace it`,
    );
  }
  if (from === 'kept') warn(terminal, `trusted as kept in ${file} (${of}): ${says}`);
  else if (pcrs === 'any-image') warn(terminal, 'ANY IMAGE: no measurement is checked');
}
