/** The command that an operator types, and the rules of AWS for templates. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CONTEXT, folder } from '../deployment.ts';

const DEPLOY = fileURLToPath(new URL('../../', import.meta.url));

function cdk(context: Readonly<Record<string, string>>, output: string) {
  const flags = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawnSync(
    'npx',
    ['cdk', 'synth', '-q', '--no-notices', '--output', join(folder, output), ...flags],
    {
      cwd: DEPLOY,
      encoding: 'utf8',
    },
  );
}

describe('when cdk is called', () => {
  it('the required parameters give a template without account or network, and it breaks no rule of AWS', () => {
    const { status, stderr } = cdk(CONTEXT, 'whole');
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('WARNING')]);
    const template = JSON.parse(
      readFileSync(join(folder, 'whole', 'perf-aggregator.template.json'), 'utf8'),
    ) as object;
    expect(template).toHaveProperty('Resources.Key');
    const report = JSON.parse(
      readFileSync(join(folder, 'whole', 'validation-report.json'), 'utf8'),
    ) as object;
    expect(report).toMatchObject({ pluginReports: [] });
  });

  it('it fails on invalid parameters and names all of them', () => {
    const { status, stderr } = cdk({ ...CONTEXT, region: 'nowhere', acount: '1' }, 'none');
    expect(status).toBe(1);
    expect(stderr).toContain('parameters_invalid: ');
    expect(stderr).toContain('\n  region: ');
    expect(stderr).toContain('\n  acount: no such parameter');
    expect(existsSync(join(folder, 'none', 'perf-aggregator.template.json'))).toBe(false);
  });
});
