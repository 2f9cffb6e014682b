/** Where the files lie that run on the instance: units, scripts, configuration. */
import { fileURLToPath } from 'node:url';

/** Folder of them all. The same seen from `src/` and from `dist/`. */
export const INSTANCE_FOLDER = fileURLToPath(new URL('../instance/', import.meta.url));

/** Path of one of them. */
export function instanceFile(name: string): string {
  return `${INSTANCE_FOLDER}${name}`;
}
