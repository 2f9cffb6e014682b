/**
 * Trust that the owner gives once, kept in the owner's own file. It is never taken from a service or a bundle. It is
 * not believed where another person could have written it.
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { placesOfIssues } from '@perf-aggregator/shared/schema-issues';
import * as z from 'zod';
import { UsageError } from './exit.ts';
import { prepare, readOwn, unsafe, writeOwn } from './own-file.ts';
import { isAwsRoot, type TrustEntry, trustEntry } from './trust-entry.ts';
import type { TrustReceipts } from './trust-receipts.ts';
import { serviceOf } from './urls.ts';

const service = z.string().refine((url) => serviceOf(url) === url, 'not the address of a service');
const kept = z.strictObject({
  format: z.literal('perf-aggregator/trust/1'),
  /** For every service without trust of its own, and for evidence that is judged offline. */
  default: trustEntry.optional(),
  services: z.record(service, trustEntry),
});
type Kept = z.output<typeof kept>;

/**
 * What `simulate` writes into the folder of its world. Its format differs, so that neither file can pass for the other.
 */
const ofWorld = z.strictObject({
  format: z.literal('perf-aggregator/world-trust/1'),
  /** The folder itself. A copy in another folder is not believed. */
  home: z.string(),
  url: service,
  entry: trustEntry.refine(
    ({ roots }) => roots?.every((root) => !isAwsRoot(root)),
    'a world has a root of its own, which is not that of AWS',
  ),
});

/** Trust that was found. */
export interface FoundTrust {
  readonly entry: TrustEntry;
  readonly file: string;
  /** The owner of the trust: a service's address, `default`, or `local world`. */
  readonly of: string;
}

const EMPTY: Kept = { format: 'perf-aggregator/trust/1', services: {} };

/** The trust of one owner. */
export class TrustStore {
  readonly #home: string;
  readonly #isNamed: boolean;
  readonly #receipts: TrustReceipts;
  /** Where {@link TrustStore.add} writes. */
  readonly file: string;

  /**
   * @param home - `PERF_AGGREGATOR_HOME`
   * @param file - `PERF_AGGREGATOR_TRUST`: replaces the trust of the home folder, whoever wrote the file; undefined or
   *   empty: none
   */
  constructor(home: string, file: string | undefined, receipts: TrustReceipts) {
    this.#home = home;
    this.#receipts = receipts;
    this.#isNamed = file !== undefined && file !== '';
    this.file = this.#isNamed ? file! : join(home, 'trust.json');
  }

  /**
   * The trust for a service, or for evidence without a service. Null: nothing is kept.
   * @param url - null: evidence that is judged offline
   * @throws UsageError `trust_unsafe`, `input_malformed`, `file_unreadable`
   */
  find(url: string | null): FoundTrust | null {
    const { default: otherwise, services } = this.#read();
    const of = url === null ? null : serviceOf(url);
    if (of !== null && Object.hasOwn(services, of)) return { entry: services[of]!, file: this.file, of };
    if (otherwise) return { entry: otherwise, file: this.file, of: 'default' };
    return this.#isNamed ? null : this.#ofWorld(of);
  }

  /** All kept trust, by its owner. @throws as {@link TrustStore.find} */
  all(): readonly FoundTrust[] {
    const { default: otherwise, services } = this.#read();
    const { file } = this;
    const world = this.#isNamed ? null : this.#ofWorld(null);
    return [
      ...(otherwise ? [{ entry: otherwise, file, of: 'default' }] : []),
      ...Object.entries(services).map(([of, entry]) => ({ entry, file, of })),
      ...(world ? [world] : []),
    ];
  }

  /** Whether any kept trust could be believed. */
  isAny(): boolean {
    try {
      return this.all().length > 0;
    } catch (error) {
      if (error instanceof UsageError) return false;
      throw error;
    }
  }

  /** Keeps an entry in place of the earlier one. @throws as {@link TrustStore.find}; `file_unwritable` */
  add(url: string | null, entry: TrustEntry): void {
    const before = this.#read();
    const of = url === null ? null : serviceOf(url);
    this.#write(
      of === null
        ? { ...before, default: entry }
        : { ...before, services: { ...before.services, [of]: entry } },
    );
  }

  /** Deletes an entry. @returns whether there was one. @throws as {@link TrustStore.add} */
  remove(url: string | null): boolean {
    const { default: otherwise, services, format } = this.#read();
    const of = url === null ? null : serviceOf(url);
    if (of === null) {
      if (otherwise) this.#write({ format, services });
      return otherwise !== undefined;
    }
    if (!Object.hasOwn(services, of)) return false;
    const { [of]: _, ...others } = services;
    this.#write({ format, services: others, ...(otherwise ? { default: otherwise } : {}) });
    return true;
  }

  #read(): Kept {
    const text = readOwn(this.file);
    if (text !== null && !this.#isNamed && !this.#receipts.has(this.file, text)) {
      throw unsafe(
        this.file,
        'was not written by your `trust add` (it came with the folder, was copied or edited); PERF_AGGREGATOR_TRUST takes it on purpose',
      );
    }
    if (text !== null) return parse(kept, text, this.file);
    // A file that is named on purpose must exist.
    if (this.#isNamed)
      throw new UsageError('file_unreadable', `${this.file} (PERF_AGGREGATOR_TRUST): not there`);
    return EMPTY;
  }

  #write(value: Kept): void {
    const before = readOwn(this.file);
    const text = textOf(value);
    // The folder is checked before anything is written.
    prepare(this.file);
    if (!this.#isNamed) this.#receipts.keep(this.file, text);
    writeOwn(this.file, text);
    if (!this.#isNamed && before !== null && before !== text) this.#receipts.drop(this.file, before);
  }

  #ofWorld(of: string | null): FoundTrust | null {
    const file = worldFile(this.#home);
    const text = readOwn(file);
    if (text === null) return null;
    const { home, url, entry } = parse(ofWorld, text, file);
    if (home !== realpathSync(this.#home)) {
      throw unsafe(file, `is of a world in ${home}, and says nothing here`);
    }
    return of === null || of === url ? { entry, file, of: 'local world' } : null;
  }
}

/**
 * Keeps the trust in a simulated world in that world's own folder. It counts for the world's own service and for
 * nothing else.
 * @throws UsageError `file_unwritable`, `trust_unsafe`
 */
export function keepWorldTrust(home: string, url: string, entry: TrustEntry): void {
  const of = { home: realpathSync(home), url: serviceOf(url) };
  prepare(worldFile(home));
  writeOwn(worldFile(home), textOf({ format: 'perf-aggregator/world-trust/1', ...of, entry }));
}

function worldFile(home: string): string {
  return join(home, 'world-trust.json');
}

function parse<T>(schema: z.ZodType<T>, text: string, file: string): T {
  let json: unknown;
  try {
    json = parseStrictJson(text);
  } catch (cause) {
    throw new UsageError('input_malformed', `${file}: ${(cause as Error).message}`, cause);
  }
  if (namesPrototype(json)) {
    throw new UsageError('input_malformed', `${file}: a member is called __proto__, which readers pass over`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const places = placesOfIssues(parsed.error, 'the whole').join(', ');
  throw new UsageError('input_malformed', `${file}: not what is kept as trust (${places})`);
}

function namesPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(namesPrototype);
}

function textOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
