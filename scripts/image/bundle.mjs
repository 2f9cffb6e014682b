// Bundles the enclave from its TypeScript sources: bundle.mjs FOLDER [NAME=SOURCE…] writes main.mjs, which starts it, serve.mjs,
// which only names the function that main calls, what both share, and meta.json (esbuild's metafile).
// Same sources and lockfile, same bytes; folder, clock, umask and Node that runs this do not matter.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leaveOut } from './left-out.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENTRIES = { main: 'enclave/src/main.ts', serve: 'enclave/src/serve.ts' };

/** Options of every bundle that runs in the enclave's image. Not minified: people read it. */
export const OPTIONS = {
  absWorkingDir: resolve(ROOT),
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  conditions: ['source'],
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  chunkNames: 'shared',
  charset: 'utf8',
  // Dependencies in CommonJS ask for node's own modules by require.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
  },
  tsconfig: 'tsconfig.base.json',
  legalComments: 'inline',
  metafile: true,
  logLevel: 'warning',
  plugins: [leaveOut],
};

/** Writes the bundle of `entries` to `folder`. */
export async function bundleEnclave(folder, entries = ENTRIES) {
  const { metafile } = await build({ ...OPTIONS, entryPoints: entries, outdir: resolve(folder) });
  // Where the outputs were written is not a fact about them.
  const outputs = Object.entries(metafile.outputs).map(([path, { bytes, inputs }]) => [
    path.split('/').at(-1),
    { bytes, inputs },
  ]);
  const meta = { inputs: metafile.inputs, outputs: Object.fromEntries(outputs) };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'meta.json'), `${JSON.stringify(meta, null, 1)}\n`);
  return meta;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, ...entries] = process.argv.slice(2);
  await bundleEnclave(
    folder,
    entries.length > 0 ? Object.fromEntries(entries.map((e) => e.split('='))) : ENTRIES,
  );
}
