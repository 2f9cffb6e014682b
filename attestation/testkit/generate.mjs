// Writes attestation/testkit/*.txt anew from the cases of attestation/test/conformance. The documents are signed by keys
// that are drawn and forgotten, so every run gives other bytes with the same meaning; run it when the cases change.
//
//   node attestation/testkit/generate.mjs
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'attestation/testkit');
const bundle = join(root, 'attestation/test/conformance/.testkit.mjs');
try {
  await build({
    stdin: {
      contents: "export { CASES } from './cases.ts'; export { fileNameOf, formatCase } from './testkit.ts';",
      resolveDir: join(root, 'attestation/test/conformance'),
    },
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['source', 'node'],
  });
  const { CASES, fileNameOf, formatCase } = await import(bundle);
  for (const name of readdirSync(folder)) if (name.endsWith('.txt')) rmSync(join(folder, name));
  for (const one of CASES) writeFileSync(join(folder, fileNameOf(one)), formatCase(one), { flag: 'wx' });
  console.log(`${CASES.length} cases in ${folder}`);
} finally {
  rmSync(bundle, { force: true });
}
