// Writes the cases of attestation/test as files anew. Documents and reports are signed by keys that are drawn and
// forgotten, so every run gives other bytes with the same meaning; run it when the cases change.
//
//   node attestation/testkit/generate.mjs
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kit = join(root, 'attestation/testkit');
// Beside its sources: they read fixtures by relative paths.
const bundle = join(root, 'attestation/test/testkit/.files.mjs');
try {
  await build({
    entryPoints: [join(root, 'attestation/test/testkit/files.ts')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['source', 'node'],
  });
  const { FILES } = await import(bundle);
  for (const [folder, files] of Object.entries(FILES)) {
    rmSync(join(kit, folder), { recursive: true, force: true });
    for (const [path, text] of files) {
      const file = join(kit, folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: 'wx' });
    }
    console.log(`${files.size} files in ${join(kit, folder)}`);
  }
} finally {
  rmSync(bundle, { force: true });
}
