// The one layer that makes the enclave's image a test's: simulated-layer.mjs OUT writes OUT/simulated.mjs, the
// simulator's enclave with its module. What serves is not in it: it calls serve.mjs of the image, production's bytes.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { OPTIONS } from './bundle.mjs';

const serveOfTheImage = {
  name: 'serve-of-the-image',
  setup(build) {
    build.onResolve({ filter: /^@perf-aggregator\/enclave\/serve$/ }, () => ({
      path: './serve.mjs',
      external: true,
    }));
  },
};

/** Writes the layer's file to `folder`. */
export async function bundleSimulatedEnclave(folder) {
  const { plugins, chunkNames: _, ...options } = OPTIONS;
  const { metafile } = await build({
    ...options,
    splitting: false,
    entryPoints: { simulated: 'simulator/src/processes/enclave.ts' },
    outdir: resolve(folder),
    plugins: [serveOfTheImage, ...plugins],
  });
  const served = Object.keys(metafile.inputs).filter((path) =>
    /^enclave\/src\/(serve|enclave)\.ts$/.test(path),
  );
  if (served.length > 0) throw new Error(`the layer brings ${join(...served)} of its own`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleSimulatedEnclave(process.argv[2]);
