import { readdirSync, readFileSync } from 'node:fs';
import { VERSION } from '@perf-aggregator/shared/version';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const rooms = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
  .map(({ name }) => `${name}/package.json`);

function json(path: string): Record<string, unknown> | null {
  try {
    return JSON.parse(readFileSync(new URL(path, root), 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw error;
  }
}

describe('when the version is read', () => {
  it('every package has the version of the code', () => {
    const said = ['package.json', ...rooms].flatMap((path) => {
      const version = json(path)?.['version'];
      return version === undefined ? [] : [[path, version]];
    });
    expect(said.length).toBeGreaterThan(7);
    expect(said.filter(([, version]) => version !== VERSION)).toEqual([]);
  });

  it('and so does the configuration of the image', () => {
    expect(json('enclave/image/enclave.json')?.['softwareVersion']).toBe(VERSION);
  });
});
