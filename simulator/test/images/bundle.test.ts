/** The bundle of the enclave does not depend on the folder, and contains nothing that an enclave must not contain. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUNDLE = join(ROOT, 'scripts/image/bundle.mjs');
const CHECK = join(ROOT, 'scripts/image/check-bundle.mjs');

interface Forbidden {
  readonly text: string;
  readonly room?: string;
}

let work: string;
let genuine: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'pa-bundle-'));
  genuine = bundle('genuine');
});
afterAll(() => rmSync(work, { recursive: true }));

/** Bundles the enclave, or other entries, into the folder `name`. @returns the path of the folder */
function bundle(name: string, entries: readonly string[] = [], cwd = ROOT): string {
  const folder = join(work, name);
  const { status, stderr } = spawnSync(process.execPath, [BUNDLE, folder, ...entries], {
    cwd,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return folder;
}

/** Exit code of the check on a folder, and the faults that it prints. */
function check(folder: string) {
  const { status, stderr } = spawnSync(process.execPath, [CHECK, folder], { encoding: 'utf8' });
  return { status, faults: stderr.trim().split('\n').filter(Boolean) };
}

/** A bundle of one module with the text `source`. Its path is not that of a forbidden module. */
function poison(name: string, source: string): string {
  const entry = join(work, `${name}.ts`);
  writeFileSync(entry, source);
  return bundle(name, [`main=${entry}`]);
}

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe("when the enclave's bundle is made", () => {
  it('has the entry, the server module, the shared module, and the metadata', () => {
    expect(readdirSync(genuine).sort()).toEqual(['main.mjs', 'meta.json', 'serve.mjs', 'shared.mjs']);
  });

  it('is the same from another folder', () => {
    expect(filesOf(bundle('again', [], work))).toEqual(filesOf(genuine));
  });

  it('holds nothing that it must not', () => {
    expect(check(genuine)).toEqual({ status: 0, faults: [] });
  });

  it('leaves out code that is never called, and a call of it fails with a message', async () => {
    const entry = join(work, 'absent.ts');
    writeFileSync(
      entry,
      "import { fromInstanceMetadata } from '@smithy/credential-provider-imds'; export { fromInstanceMetadata };",
    );
    const folder = bundle('absent', [`main=${entry}`]);
    const module = (await import(pathToFileURL(join(folder, 'main.mjs')).href)) as {
      fromInstanceMetadata(): void;
    };
    expect(() => module.fromInstanceMetadata()).toThrow(
      'left_out_of_image: @smithy/credential-provider-imds',
    );
  });
});

describe('when a bundle is poisoned', () => {
  it('a module of the simulator is found by its path', () => {
    const from = JSON.stringify(join(ROOT, 'simulator/src/nsm/measurements.ts'));
    const { status, faults } = check(poison('simulator', `export { simulatedPcrs } from ${from};`));
    expect(status).toBe(1);
    expect(faults).toContain('input_foreign: simulator/src/nsm/measurements.ts');
    expect(faults.join('\n')).toContain('text_forbidden: simulatedPcrs');
  });

  it.each([
    ['test code', 'enclave/test/operations/reads.ts'],
    ['another room', 'parent/src/egress/address.ts'],
  ])('%s is found by its path', (_, path) => {
    const { status, faults } = check(poison('place', `export * from ${JSON.stringify(join(ROOT, path))};`));
    expect(status).toBe(1);
    expect(faults).toContain(`input_foreign: ${path}`);
  });

  it.each([
    [
      'keys from a file',
      'export const path = process.env["ENCLAVE_PRIVATE_KEY_PATH"];',
      'ENCLAVE_PRIVATE_KEY_PATH',
    ],
    ['a private key', 'export const key = "-----BEGIN PRIVATE KEY-----";', '-----BEGIN PRIVATE KEY'],
    ['egress to this machine', 'export const host = "127.0.0.1";', '127.0.0.1'],
    ['answers that are trusted', 'export const answer = { address: "a", trusted: true };', 'trusted: true'],
  ])('%s is found by its text', (name, source, text) => {
    const { status, faults } = check(poison(name.replaceAll(' ', '-'), source));
    expect(status).toBe(1);
    expect(faults.some((fault) => fault.startsWith(`text_forbidden: ${text} `))).toBe(true);
  });

  it('every change after the build is found', () => {
    const folder = join(work, 'altered');
    cpSync(genuine, folder, { recursive: true });
    appendFileSync(join(folder, 'serve.mjs'), '//');
    writeFileSync(join(folder, 'more.mjs'), '');
    expect(check(folder)).toEqual({
      status: 1,
      faults: ['output_altered: more.mjs', 'output_altered: serve.mjs'],
    });
    rmSync(join(folder, 'main.mjs'));
    expect(check(folder).faults).toContain('output_altered: main.mjs');
  });
});

describe('when the list of forbidden texts is compared with the sources', () => {
  it('every text that names its room occurs in that room', async () => {
    const { FORBIDDEN } = (await import(pathToFileURL(CHECK).href)) as { FORBIDDEN: readonly Forbidden[] };
    const named = FORBIDDEN.filter(({ room }) => room !== undefined);
    expect(named.length).toBeGreaterThan(5);
    for (const { text, room } of named) {
      const { stdout } = spawnSync('grep', ['-rlF', '--', text, join(ROOT, room!, 'src')], {
        encoding: 'utf8',
      });
      expect(stdout, text).not.toBe('');
    }
  });
});
