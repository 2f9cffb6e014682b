/** `make reset`: deletes the simulator's world in the named folder, and nothing else. */
import { join } from 'node:path';
import { complain } from '@perf-aggregator/client/cli/terminal';
import { resetWorld } from './world/contents.ts';

const home = process.argv[2] || '.perf-aggregator';
try {
  const { deleted, kept } = resetWorld(home);
  process.stdout.write(deleted ? `${home}: the world is deleted\n` : `${home}: there is no world\n`);
  for (const file of kept) {
    const what = file === 'trust.json' ? 'what you trust' : 'a session of a service that is no simulation';
    process.stdout.write(`kept ${join(home, file)}: ${what}\n`);
  }
} catch (error) {
  complain({ stderr: process.stderr, json: false }, error);
  process.exitCode = 1;
}
