/** The code that a web page needs for verification, bundled as for a browser and without unused parts. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** A bundle of one export of the entry: its size in bytes, with and without compression, and its modules. */
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
  it('it contains SHA and P-384, but no AES, no Edwards curve and no schemas', async () => {
    const { bytes, gzipped, modules } = await bundleOf('verifyAttestation');
    expect(bytes).toBeLessThan(76_000);
    expect(gzipped).toBeLessThan(30_000);
    expect(modules.filter((path) => /ciphers|ed25519|edwards|zod/.test(path))).toEqual([]);
    expect(modules.some((path) => path.includes('weierstrass'))).toBe(true);
  });
});

describe('when a page bundles the verifier of reports', () => {
  it('it contains the parts of zod that it uses, and no AES', async () => {
    const { bytes, gzipped, modules } = await bundleOf('verifyReport');
    expect(bytes).toBeLessThan(212_000);
    expect(gzipped).toBeLessThan(71_000);
    expect(modules.filter((path) => /ciphers|zod\/v4\/locales\/(?!en)/.test(path))).toEqual([]);
  });
});
