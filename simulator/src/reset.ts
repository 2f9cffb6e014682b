/** `make reset`: deletes the simulator's world in the named folder, and nothing else. */
import { join } from 'node:path';
import { CodedError } from '@perf-aggregator/shared/errors';
import { resetWorld } from './world/contents.ts';

const home = process.argv[2] || '.perf-aggregator';
try {
  const { deleted, kept } = resetWorld(home);
  process.stdout.write(deleted ? `${home}: the world is deleted\n` : `${home}: there is no world\n`);
  for (const file of kept) {
    process.stdout.write(`kept ${join(home, file)}: a session of a service that is no simulation\n`);
  }
} catch (error) {
  const code = error instanceof CodedError ? error.code : 'internal';
  process.stderr.write(`${code}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
