/** Reads the published kit from `attestation/testkit`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KitFiles } from './verdict-lines.ts';

const KIT = fileURLToPath(new URL('../../testkit', import.meta.url));

/** All files of one folder of the kit. */
export function publishedFiles(folder: 'documents' | 'reports'): KitFiles {
  const root = join(KIT, folder);
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return new Map(
    paths
      .filter((path) => /\.(?:txt|b64)$/.test(path))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
}

/** Stored files that no case names. */
export function unusedFiles(files: KitFiles): readonly string[] {
  const references = [...files.values()].flatMap((text) => [
    ...text.matchAll(/^(document|bundle|root): (.*)$/gm),
  ]);
  const used = new Set(references.map(([, kind, name]) => `${kind === 'root' ? 'roots' : 'stored'}/${name}`));
  return [...files.keys()].filter((path) => path.includes('/') && !used.has(path.replace(/\.\w+$/, '')));
}
