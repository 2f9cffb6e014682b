/**
 * The contents of a world's folder, by name. `make reset` deletes those and nothing else. `simulate` makes no world in
 * a folder that holds anything else.
 */
import { lstatSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WorldError, writing } from './files.ts';
import { isLockName, lockWorld, type Processes } from './lock.ts';

/** A world has each of these. */
const PARTS = [
  'nsm.json',
  'nsm-root.pem',
  'kms.json',
  'pki.json',
  'ca.pem',
  'role.json',
  'venue.json',
] as const;
/** Files that may be beside them. `.new` is a file whose writing was interrupted. */
const FILES = new Set([...PARTS, 'keys.json', 'report.json'].flatMap((name) => [name, `${name}.new`]));
/** What the command line keeps of what is trusted: `world-trust.json` of this world, `trust.json` of its user's. */
const TRUST = /^(?:world-)?trust\.json(?:\.\d+\.new)?$/;
const FOLDERS: Readonly<Record<string, RegExp>> = {
  store: /^(?:data|lock)\.mdb$/,
  sessions: /^(?:[\w-]{1,100}\.json(?:(?:\.\d+)?\.new)?|trial\.\d+\.new)$/,
  keys: /^(?:[\w-]{1,40}\.(?:key|secret)|README\.md)(?:\.new)?$/,
  logs: /^(?:internet|enclave|parent)\.log$/,
};

/** The contents of a folder, with paths relative to it. */
export interface Survey {
  /** Whether every part of a world is there. */
  readonly isWorld: boolean;
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Names that no world makes, and links under any name. */
  readonly foreign: readonly string[];
}

/** Surveys a folder without opening anything in it. */
export function surveyWorld(folder: string): Survey {
  const [files, folders, foreign]: [string[], string[], string[]] = [[], [], []];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const inside = Object.hasOwn(FOLDERS, entry.name) ? FOLDERS[entry.name] : undefined;
    if (entry.isFile() && isOwnName(entry.name)) files.push(entry.name);
    else if (entry.isDirectory() && inside) {
      folders.push(entry.name);
      for (const { name, isOwn } of entriesOf(join(folder, entry.name), inside)) {
        (isOwn ? files : foreign).push(join(entry.name, name));
      }
    } else foreign.push(entry.name);
  }
  return { isWorld: PARTS.every((part) => files.includes(part)), files, folders, foreign };
}

function isOwnName(name: string): boolean {
  return FILES.has(name) || TRUST.test(name) || isLockName(name);
}

function entriesOf(folder: string, own: RegExp) {
  return readdirSync(folder, { withFileTypes: true }).map((entry) => ({
    name: entry.name,
    isOwn: entry.isFile() && own.test(entry.name),
  }));
}

/**
 * Refuses a folder with other contents. A world there would overwrite them, and hide them from others.
 * @throws WorldError `world_foreign`
 */
export function assertUsable(folder: string): void {
  const present = lstatSync(folder, { throwIfNoEntry: false });
  if (!present) return;
  const { isWorld, foreign } = surveyed(folder);
  if (isWorld || foreign.length === 0) return;
  throw new WorldError(
    'world_foreign',
    `${folder} is no folder of a world: it holds ${some(foreign)}; name another one with --home`,
  );
}

/** The result of a reset. */
export interface Reset {
  /** Whether there was anything to delete. */
  readonly deleted: boolean;
  /** Sessions of real services, and what the user trusts. They are still there. */
  readonly kept: readonly string[];
}

/**
 * Deletes the world in `folder`, file by file, and the folder itself if it is empty then. Sessions of real services are
 * kept, because their keys exist nowhere else. What the user trusts is kept too.
 * @throws WorldError `world_foreign` and `world_in_use`, with nothing deleted; `world_unwritable`
 */
export function resetWorld(place: string, processes?: Processes): Reset {
  // Without the slash at its end, which would hide a link.
  const folder = resolve(place);
  const present = lstatSync(folder, { throwIfNoEntry: false });
  if (!present) return { deleted: false, kept: [] };
  if (present.isSymbolicLink()) {
    throw new WorldError('world_foreign', `${folder} is a link; name the folder that it leads to`);
  }
  const { isWorld, foreign } = surveyed(folder);
  if (!isWorld) throw new WorldError('world_foreign', `${folder} holds no world; nothing was deleted`);
  if (foreign.length > 0) {
    throw new WorldError(
      'world_foreign',
      `${folder} holds ${some(foreign)}, which no world makes; nothing was deleted: move it away first`,
    );
  }
  lockWorld(folder, processes);
  // The second survey: now no other process makes anything here.
  const { files, folders } = surveyWorld(folder);
  const kept = files.filter((file) => file === 'trust.json' || isRealSession(folder, file));
  const locks = files.filter((file) => isLockName(file));
  const others = files.filter((file) => !kept.includes(file) && !locks.includes(file));
  writing(folder, () => {
    for (const file of [...others, ...locks]) rmSync(join(folder, file), { force: true });
    for (const path of [...folders.map((name) => join(folder, name)), folder]) removeEmpty(path);
  });
  return { deleted: true, kept };
}

function surveyed(folder: string): Survey {
  try {
    return surveyWorld(folder);
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new WorldError('world_foreign', `${folder} cannot be read as a folder (${code})`, cause);
  }
}

/** A kept session that does not state that it is simulated. */
function isRealSession(folder: string, file: string): boolean {
  if (!/^sessions\/.*\.json$/.test(file)) return false;
  try {
    const session: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return (session as { simulated?: unknown } | null)?.simulated !== true;
  } catch {
    // The file may be the only copy, whatever it is.
    return true;
  }
}

function removeEmpty(folder: string): void {
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** The first of the names, safe for a terminal, and the number of the others. */
function some(names: readonly string[]): string {
  const [first = '', ...rest] = names.map((name) => JSON.stringify(name).slice(1, -1));
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}
