/** What a page that verifies carries: bundled as for a browser, with nothing that it does not use. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** A bundle of one export of the entry: its size in bytes, compressed and not, and the modules in it. */
async function bundleOf(name: string) {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export { ${name} } from '@perf-aggregator/attestation';`,
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    },
    conditions: ['source'],
    ...{ bundle: true, minify: true, write: false, metafile: true },
    ...{ format: 'esm', platform: 'browser', logLevel: 'silent' },
  });
  const inputs = Object.values(metafile!.outputs)[0]!.inputs;
  const modules = Object.keys(inputs).filter((path) => inputs[path]!.bytesInOutput > 0);
  const { contents } = outputFiles![0]!;
  return { bytes: contents.length, gzipped: gzipSync(contents, { level: 9 }).length, modules };
}

describe('when a page bundles the verifier of documents', () => {
  it('it carries SHA and P-384, no AES, no curve of Edwards, no schemas', async () => {
    const { bytes, gzipped, modules } = await bundleOf('verifyAttestation');
    expect(bytes).toBeLessThan(76_000);
    expect(gzipped).toBeLessThan(30_000);
    expect(modules.filter((path) => /ciphers|ed25519|edwards|zod/.test(path))).toEqual([]);
    expect(modules.some((path) => path.includes('weierstrass'))).toBe(true);
  });
});

describe('when a page bundles the verifier of reports', () => {
  it('it carries what it uses of zod, and no AES', async () => {
    const { bytes, gzipped, modules } = await bundleOf('verifyReport');
    expect(bytes).toBeLessThan(212_000);
    expect(gzipped).toBeLessThan(71_000);
    expect(modules.filter((path) => /ciphers|zod\/v4\/locales\/(?!en)/.test(path))).toEqual([]);
  });
});
