/** A fresh clone for each run of a page: links to the built files, without files of other runs. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** Paths that a run writes or must not see. */
const OWN = new Set(['.git', '.perf-aggregator', 'dist', 'examples']);

/** Makes a folder `perf-aggregator` in a new folder. */
export function makeClone(): { readonly folder: string; readonly path: (name: string) => string } {
  const folder = join(mkdtempSync(join(tmpdir(), 'pa-docs-')), 'perf-aggregator');
  mkdirSync(folder);
  for (const name of readdirSync(ROOT)) if (!OWN.has(name)) symlinkSync(join(ROOT, name), join(folder, name));
  cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
  return { folder, path: (name) => join(folder, name) };
}

/** Gives a clone the files of the running world: its root, its keys, the demonstration session, and its report. */
export function lendWorld(clone: string, home: string): void {
  const own = join(clone, '.perf-aggregator');
  mkdirSync(own, { mode: 0o700 });
  for (const name of ['nsm-root.pem', 'keys', 'sessions', 'report.json']) {
    cpSync(join(home, name), join(own, name), { recursive: true });
  }
}

/** Writes an executable program. */
export function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}
