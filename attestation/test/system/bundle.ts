/** Bundles for other platforms, made from the build output in the same way as by a user of the package. */
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

/** A bundle and the modules in it. */
export interface Bundle {
  readonly code: string;
  readonly meta: Metafile;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * The code at `entry` with all its imports.
 * @param platform - `browser` uses the default exports of the package, `node` those for Node
 */
export async function bundle(
  entry: { readonly file: string } | { readonly text: string },
  platform: 'browser' | 'node',
): Promise<Bundle> {
  const input =
    'file' in entry
      ? { entryPoints: [fileURLToPath(new URL(entry.file, import.meta.url))] }
      : { stdin: { contents: entry.text, resolveDir: here, loader: 'ts' as const } };
  const { outputFiles, metafile } = await build({
    ...input,
    bundle: true,
    write: false,
    metafile: true,
    platform,
    format: 'iife',
    // Uses neither the condition `browser` nor the sources: this is the default resolution.
    conditions: platform === 'node' ? ['node'] : [],
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  return { code: outputFiles[0]!.text, meta: metafile };
}

/** Modules of the platform that a bundle imports. */
export function externals({ meta }: Bundle): readonly string[] {
  const imports = Object.values(meta.outputs).flatMap((output) => output.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))];
}
