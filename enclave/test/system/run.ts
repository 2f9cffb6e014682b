import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';

/** What a program says; fails unless it ends well. */
export function run(
  command: string,
  options: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): string {
  const { status, stdout, stderr } = spawnSync(command, options, { env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}
