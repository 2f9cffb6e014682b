/** Paths of the files that the instance uses: units, scripts, configuration. */
import { fileURLToPath } from 'node:url';

/** Folder of all these files. The path is the same from `src/` and from `dist/`. */
export const INSTANCE_FOLDER = fileURLToPath(new URL('../instance/', import.meta.url));

/** Path of one of these files. */
export function instanceFile(name: string): string {
  return `${INSTANCE_FOLDER}${name}`;
}
