/**
 * The folder of a world (`PERF_AGGREGATOR_HOME`). Each part is one JSON file that only its owner can read. So each
 * process opens only what it needs.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link WorldError}. */
export const WORLD_ERROR_CODES = [
  'world_unreadable',
  'world_start_failed',
  'world_crash_loop',
  'world_unwritable',
  'world_in_use',
  'world_foreign',
] as const;
export type WorldErrorCode = (typeof WORLD_ERROR_CODES)[number];

/** The world cannot be opened, kept running or deleted. */
export class WorldError extends CodedError<WorldErrorCode> {}

/** The result of `work`. A fault of the file system becomes one of the world. @throws WorldError `world_unwritable` */
export function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof WorldError) throw cause;
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new WorldError('world_unwritable', `${path} cannot be written or deleted (${code})`, cause);
  }
}

/** Files of one world. */
export class WorldFiles {
  readonly folder: string;

  /**
   * @param folder - made if absent, for its owner only
   * @throws WorldError `world_unwritable`
   */
  constructor(folder: string) {
    this.folder = folder;
    writing(folder, () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
    });
  }

  /** A path inside the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** @throws WorldError `world_unreadable` */
  read<T>(name: string): T {
    try {
      return JSON.parse(readFileSync(this.path(name), 'utf8')) as T;
    } catch (cause) {
      throw new WorldError(
        'world_unreadable',
        `${this.path(name)} cannot be read; make reset starts anew`,
        cause,
      );
    }
  }

  /** Writes a file completely or not at all. @throws WorldError `world_unwritable` */
  write(name: string, value: unknown): void {
    this.writeText(name, JSON.stringify(value, null, 2));
  }

  /** Like {@link WorldFiles.write}, for text. */
  writeText(name: string, text: string): void {
    writing(this.path(name), () => {
      writeFileSync(this.path(`${name}.new`), text, { mode: 0o600 });
      renameSync(this.path(`${name}.new`), this.path(name));
    });
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }
}
