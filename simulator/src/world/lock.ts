/**
 * One simulation in a folder at a time. Locks are numbered files. The process that made the highest one holds the
 * folder, until it ends or releases the folder.
 *
 * The highest number is never deleted, and only one process can make a number (`link` fails where the name exists). So
 * two processes that find the same dead lock cannot both get the next one, however slow one of them is.
 */
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError, writing } from './files.ts';

/** A process, distinguished from a later one with the same number. */
export interface Holder {
  readonly pid: number;
  /** Its start time, as the system counts it. Empty where the system does not give it. */
  readonly started: string;
}

/** Facts about processes. */
export interface Processes {
  readonly self: Holder;
  isAlive(holder: Holder): boolean;
}

/** Releases the folder. */
export type Release = () => void;

const NAME = /^lock-(\d{1,9})\.json$/;
const UNFINISHED = /^lock-\d{1,9}\.json\.\d+\.new$/;
/** A holder that is no process. */
const NOBODY: Holder = { pid: 0, started: '' };

/** Whether a file of this name belongs to a lock. */
export function isLockName(name: string): boolean {
  return NAME.test(name) || UNFINISHED.test(name);
}

/**
 * Locks the folder.
 * @throws WorldError `world_in_use` while another process has it; `world_unwritable`
 */
export function lockWorld(folder: string, processes: Processes = systemProcesses()): Release {
  for (;;) {
    const numbers = numbersIn(folder);
    const last = numbers.at(-1) ?? 0;
    const holder = holderOf(folder, last);
    if (processes.isAlive(holder)) {
      throw new WorldError(
        'world_in_use',
        `${folder} is in use by the simulation of process ${holder.pid}; stop it, or name another folder with --home`,
      );
    }
    const own = last + 1;
    if (!writing(folder, () => claim(folder, own, processes.self))) continue;
    if (numbersIn(folder).at(-1) !== own) {
      // This process began before others that are ahead by now.
      rmSync(pathOf(folder, own), { force: true });
      continue;
    }
    for (const number of numbers) rmSync(pathOf(folder, number), { force: true });
    return () => letGo(folder, own);
  }
}

/** Numbers of the locks, the highest last. */
function numbersIn(folder: string): readonly number[] {
  return readdirSync(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function holderOf(folder: string, number: number): Holder {
  try {
    const { pid, started } = JSON.parse(readFileSync(pathOf(folder, number), 'utf8')) as Partial<Holder>;
    if (typeof pid === 'number' && typeof started === 'string') return { pid, started };
  } catch {
    // The file has gone, or never existed.
  }
  return NOBODY;
}

function letGo(folder: string, number: number): void {
  try {
    write(folder, number, NOBODY, (from, to) => renameSync(from, to));
  } catch {
    // The disk is full, or the folder has gone. The end of the process releases the folder anyway.
  }
}

function claim(folder: string, number: number, self: Holder): boolean {
  try {
    write(folder, number, self, (from, to) => linkSync(from, to));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Writes a lock completely or not at all. */
function write(
  folder: string,
  number: number,
  holder: Holder,
  put: (from: string, to: string) => void,
): void {
  const place = pathOf(folder, number);
  const beside = `${place}.${process.pid}.new`;
  writeFileSync(beside, JSON.stringify(holder), { mode: 0o600 });
  try {
    put(beside, place);
  } finally {
    rmSync(beside, { force: true });
  }
}

function pathOf(folder: string, number: number): string {
  return join(folder, `lock-${number}.json`);
}

/** Processes of this machine. */
export function systemProcesses(): Processes {
  return {
    self: { pid: process.pid, started: startOf(process.pid) },
    isAlive({ pid, started }) {
      return pid > 0 && exists(pid) && startOf(pid) === started;
    },
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of `/proc/PID/stat` (proc(5)), after the name in brackets. Empty where there is none. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
