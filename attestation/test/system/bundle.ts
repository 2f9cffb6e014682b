/** Bundles for other platforms, made of what was built, as somebody who installs the package makes them. */
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

/** A bundle and what went into it. */
export interface Bundle {
  readonly code: string;
  readonly meta: Metafile;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * The code at `entry` with all that it imports.
 * @param platform - `browser` takes the package's default exports, `node` those for Node
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
    // Neither condition of platform `browser` nor the sources: what default resolution gives.
    conditions: platform === 'node' ? ['node'] : [],
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  return { code: outputFiles[0]!.text, meta: metafile };
}

/** Modules of the platform that a bundle asks for. */
export function externals({ meta }: Bundle): readonly string[] {
  const imports = Object.values(meta.outputs).flatMap((output) => output.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))];
}
