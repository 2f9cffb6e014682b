/**
 * Trust that is given once: a file of the owner's own. It is never taken from what a service or a bundle brings, and not
 * believed where somebody else could have written it.
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { placesOfIssues } from '@perf-aggregator/shared/schema-issues';
import * as z from 'zod';
import { attempt, writeWhole } from './destination.ts';
import { UsageError } from './exit.ts';
import { unreadable } from './files.ts';
import { type TrustEntry, trustEntry } from './trust-entry.ts';
import { serviceOf } from './urls.ts';

const MAX_BYTES = 8 * 1024 * 1024;

const service = z.string().refine((url) => serviceOf(url) === url, 'not the address of a service');
const kept = z.strictObject({
  format: z.literal('perf-aggregator/trust/1'),
  /** For every service that has none of its own, and for evidence that is judged offline. */
  default: trustEntry.optional(),
  services: z.record(service, trustEntry),
});
type Kept = z.output<typeof kept>;

/** What `simulate` writes into the folder of its world; of another format, so that none is taken for the other. */
const ofWorld = z.strictObject({
  format: z.literal('perf-aggregator/world-trust/1'),
  /** The folder itself: in a copy elsewhere nothing is believed. */
  home: z.string(),
  url: service,
  entry: trustEntry.refine(({ roots }) => roots !== undefined, 'a world has a root of its own'),
});

/** Trust that was found. */
export interface FoundTrust {
  readonly entry: TrustEntry;
  readonly file: string;
  /** Whose trust it is: a service's address, `default`, or `local world`. */
  readonly of: string;
}

const EMPTY: Kept = { format: 'perf-aggregator/trust/1', services: {} };

/** The trust of one owner. */
export class TrustStore {
  readonly #home: string;
  readonly #isNamed: boolean;
  /** Where {@link TrustStore.add} writes. */
  readonly file: string;

  /**
   * @param home - `PERF_AGGREGATOR_HOME`
   * @param file - `PERF_AGGREGATOR_TRUST`: counts alone, in place of what the home has; undefined or empty: none
   */
  constructor(home: string, file: string | undefined) {
    this.#home = home;
    this.#isNamed = file !== undefined && file !== '';
    this.file = this.#isNamed ? file! : join(home, 'trust.json');
  }

  /**
   * What is trusted of a service, or of evidence without one; null: nothing is kept.
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

  /** All that is kept, by whose it is. @throws as {@link TrustStore.find} */
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

  /** Whether anything is kept that could be believed. */
  isAny(): boolean {
    try {
      return this.all().length > 0;
    } catch (error) {
      if (error instanceof UsageError) return false;
      throw error;
    }
  }

  /** Keeps an entry in the place of the one that was there. @throws as {@link TrustStore.find}; `file_unwritable` */
  add(url: string | null, entry: TrustEntry): void {
    const before = this.#read();
    const of = url === null ? null : serviceOf(url);
    writeOwn(
      this.file,
      of === null
        ? { ...before, default: entry }
        : { ...before, services: { ...before.services, [of]: entry } },
    );
  }

  /** Forgets an entry. @returns whether there was one. @throws as {@link TrustStore.add} */
  remove(url: string | null): boolean {
    const { default: otherwise, services, format } = this.#read();
    const of = url === null ? null : serviceOf(url);
    if (of === null) {
      if (otherwise) writeOwn(this.file, { format, services });
      return otherwise !== undefined;
    }
    if (!Object.hasOwn(services, of)) return false;
    const { [of]: _, ...others } = services;
    writeOwn(this.file, { format, services: others, ...(otherwise ? { default: otherwise } : {}) });
    return true;
  }

  #read(): Kept {
    const text = readOwn(this.file);
    if (text !== null) return parse(kept, text, this.file);
    // Who names a file means it.
    if (this.#isNamed)
      throw new UsageError('file_unreadable', `${this.file} (PERF_AGGREGATOR_TRUST): not there`);
    return EMPTY;
  }

  #ofWorld(of: string | null): FoundTrust | null {
    const file = worldFile(this.#home);
    const text = readOwn(file);
    if (text === null) return null;
    const { home, url, entry } = parse(ofWorld, text, file);
    if (home !== realpathSync(this.#home)) {
      throw new UsageError('trust_unsafe', `${file}: is of a world in ${home}, and says nothing here`);
    }
    return of === null || of === url ? { entry, file, of: 'local world' } : null;
  }
}

/**
 * Keeps what vouches for a simulated world in that world's own folder, for its own service and for nothing else.
 * @throws UsageError `file_unwritable`, `trust_unsafe`
 */
export function keepWorldTrust(home: string, url: string, entry: TrustEntry): void {
  writeOwn(worldFile(home), {
    ...{ format: 'perf-aggregator/world-trust/1', home: realpathSync(home), url: serviceOf(url), entry },
  });
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

/** The text of a file that nobody but its owner can have written; null: there is none. */
function readOwn(file: string): string | null {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw unsafe(file, 'is a link; trust is read from the file itself');
    throw unreadable(file, cause);
  }
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw unsafe(file, 'is no file');
    if (stats.nlink > 1) throw unsafe(file, 'has a second name, under which others may write it');
    requireOwn(file, stats);
    requireOwn(dirname(file), statSync(dirname(file)));
    if (stats.size > MAX_BYTES) throw new UsageError('input_too_large', `${file}: longer than 8 MiB`);
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}

function writeOwn(file: string, value: unknown): void {
  const beside = `${file}.${process.pid}.new`;
  attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    requireOwn(dirname(file), statSync(dirname(file)));
    try {
      writeWhole(beside, `${JSON.stringify(value, null, 2)}\n`);
      renameSync(beside, file);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  });
}

/** Ours or root's, and written by nobody else; a shared folder where each may delete only what is theirs will do. */
function requireOwn(path: string, { uid, mode }: Stats): void {
  const own = process.geteuid?.() ?? uid;
  if (uid !== own && uid !== 0) throw unsafe(path, 'belongs to somebody else');
  const isShared = (mode & constants.S_IFMT) === constants.S_IFDIR && (mode & 0o1000) !== 0;
  if ((mode & 0o022) !== 0 && !isShared) {
    throw unsafe(
      path,
      `others may write it (mode ${(mode & 0o777).toString(8)}); chmod go-w takes that away`,
    );
  }
}

function unsafe(path: string, why: string): UsageError {
  return new UsageError('trust_unsafe', `${path}: ${why}`);
}
