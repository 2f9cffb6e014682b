import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';

/** The output of a program. Fails unless it ends without an error. */
export function run(
  command: string,
  options: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): string {
  const { status, stdout, stderr } = spawnSync(command, options, { env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}
