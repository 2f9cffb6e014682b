import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SECRET = '@perf-aggregator/shared/messages/reply';
const ROOMS = Object.keys(
  JSON.parse(readFileSync(new URL('../../../scripts/rooms.json', import.meta.url), 'utf8')) as object,
);

let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'pa-rooms-'));
  for (const room of ROOMS) mkdirSync(join(tree, room, 'src'), { recursive: true });
});
afterEach(() => rmSync(tree, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

/** Exit code and messages of the boundary check on the tree at `folder`. */
function check(folder = tree) {
  const run = spawnSync(process.execPath, [join(ROOT, 'scripts/boundaries.mjs'), folder], {
    encoding: 'utf8',
  });
  return { code: run.status, breaks: run.stderr.trim().split('\n').filter(Boolean), said: run.stdout.trim() };
}

describe('when a tree is checked against the rules', () => {
  it('this repository keeps the rules', () => {
    expect(check(ROOT)).toEqual({ code: 0, breaks: [], said: 'boundaries hold' });
  });

  it('every import that a room may make is allowed', () => {
    write(
      'parent/src/relay/a.ts',
      `import '@perf-aggregator/shared/wire/frame';\nimport 'node:fs';\nimport './b.ts';`,
    );
    write('parent/src/relay/b.ts', 'export const b = 1; // Date.now() is only said here');
    write('client/src/cli/c.ts', `import 'node:fs';\nexport const now = Date.now();`);
    write('enclave/src/main.ts', 'export const now = Date.now();');
    write('enclave/src/exchanges/a.ts', `export * from '../../node_modules/ccxt/js/src/binance.js';`);
    expect(check()).toMatchObject({ code: 0, breaks: [] });
  });

  it.each([
    ['the parent names a secret', 'parent/src/relay/a.ts', `import { openReply } from '${SECRET}';`, SECRET],
    [
      'the parent names a secret as a type',
      'parent/src/a.ts',
      `import type { ReplyContent } from '${SECRET}';`,
      SECRET,
    ],
    ['the parent passes a secret on', 'parent/src/a.ts', `export { openReply } from '${SECRET}';`, SECRET],
    [
      'the parent imports a secret late',
      'parent/src/a.ts',
      `export const late = () => import('${SECRET}');`,
      SECRET,
    ],
    [
      'the parent imports crypto',
      'parent/src/a.ts',
      `import '@perf-aggregator/shared/crypto';`,
      'shared/crypto',
    ],
    [
      'the parent imports the enclave',
      'parent/src/a.ts',
      `import '@perf-aggregator/enclave/serve';`,
      'enclave/serve',
    ],
    [
      'somebody imports the simulator',
      'enclave/src/a.ts',
      `import '@perf-aggregator/simulator';`,
      'simulator',
    ],
    [
      'a path leaves its room',
      'parent/src/a.ts',
      `import '../../shared/src/messages/reply.ts';`,
      'leaves its room',
    ],
    [
      'a path leaves its room by way of its packages',
      'parent/src/relay/a.ts',
      `import '../../node_modules/@perf-aggregator/shared/src/messages/reply.ts';`,
      'leaves its room',
    ],
    ['attestation needs Node', 'attestation/src/a.ts', `import 'node:crypto';`, 'node:crypto'],
    ['the SDK needs Node', 'client/src/a.ts', `import 'node:fs';`, 'node:fs'],
    ['the clock is read', 'enclave/src/a.ts', 'export const now = Date.now();', 'Date'],
    ['the clock is read by another name', 'parent/src/a.ts', 'export const now = new Date();', 'Date'],
    [
      'the environment is read in plain JavaScript',
      'parent/src/a.mjs',
      'export const e = process.env;',
      'env',
    ],
    ['randomness is drawn', 'analytics/src/a.ts', 'export const r = Math.random();', 'random'],
    [
      'the engine calls a unified method',
      'enclave/src/venues/a.ts',
      'export const held = (exchange) => exchange.fetchBalance();',
      'fetchBalance',
    ],
    [
      'the engine calls a unified method by its name',
      'enclave/src/venues/engine/a.ts',
      `export const held = (exchange) => exchange['fetchMyTrades']('BTC/USDT');`,
      'fetchMyTrades',
    ],
    ['the environment is read', 'parent/src/a.ts', 'export const e = process.env;', 'env'],
  ])('%s: refused', (_, path, text, named) => {
    write(path, text);
    const { code, breaks } = check();
    expect(code).toBe(1);
    expect(breaks).toHaveLength(1);
    expect(breaks[0]).toContain(path);
    expect(breaks[0]).toContain(named);
  });

  it('a cycle of files is refused', () => {
    write('shared/src/a.ts', `import './b.ts';`);
    write('shared/src/b.ts', `import './c/c.ts';`);
    write('shared/src/c/c.ts', `import '../a.ts';`);
    const { code, breaks } = check();
    expect(code).toBe(1);
    expect(breaks[0]).toBe('cycle: shared/src/a.ts → shared/src/b.ts → shared/src/c/c.ts → shared/src/a.ts');
  });

  it('a cycle of folders is refused, even without a cycle of files', () => {
    write('enclave/src/keys/a.ts', `import '../kms/b.ts';`);
    write('enclave/src/kms/b.ts', 'export const b = 1;');
    write('enclave/src/kms/c.ts', `import type { d } from '../keys/d.ts';`);
    write('enclave/src/keys/d.ts', 'export const d = 1;');
    expect(check()).toMatchObject({
      code: 1,
      breaks: [
        'circle of folders: enclave/src/keys → enclave/src/kms → enclave/src/keys ' +
          '(enclave/src/keys/a.ts imports enclave/src/kms/b.ts; enclave/src/kms/c.ts imports enclave/src/keys/d.ts)',
      ],
    });
  });

  it('a cycle through a file outside any folder is refused, and one between a folder and its subfolder', () => {
    write('parent/src/http/a.ts', `import '../serve.ts';`);
    write('parent/src/serve.ts', `import './http/b.ts';`);
    write('parent/src/http/b.ts', 'export const b = 1;');
    write('analytics/src/lots/a.ts', `import './methods/b.ts';`);
    write('analytics/src/lots/methods/b.ts', `import '../c.ts';`);
    write('analytics/src/lots/c.ts', 'export const c = 1;');
    const { code, breaks } = check();
    expect(code).toBe(1);
    const foldersOf = (line: string) => new Set(line.split(': ')[1]!.split(' (')[0]!.split(' → '));
    expect(new Set(breaks.map((line) => [...foldersOf(line)].sort().join()))).toEqual(
      new Set(['analytics/src/lots,analytics/src/lots/methods', 'parent/src/http,parent/src/serve.ts']),
    );
  });

  it('folders that import in one direction only are allowed, whatever the files of src import', () => {
    write('shared/src/main.ts', `import './wire/a.ts';\nimport './transport/b.ts';`);
    write('shared/src/transport/b.ts', `import '../wire/a.ts';\nimport '../errors.ts';`);
    write('shared/src/wire/a.ts', `import '../errors.ts';`);
    write('shared/src/errors.ts', 'export const e = 1;');
    expect(check()).toMatchObject({ code: 0, breaks: [] });
  });

  it('the named import of zod is refused: as a value, as a type, and as a re-export', () => {
    write('parent/src/a.ts', `import { z } from 'zod';\nexport const a = z;`);
    write('parent/src/b.ts', `import type { ZodError } from 'zod';\nexport type B = ZodError;`);
    write('parent/src/c.ts', `export { z } from 'zod';`);
    write('parent/src/d.ts', `import * as z from 'zod';\nexport const d = z;`);
    const { code, breaks } = check();
    expect(code).toBe(1);
    expect(breaks.map((line) => line.split(':')[0])).toEqual(
      ['a', 'b', 'c'].map((n) => `parent/src/${n}.ts`),
    );
  });
});

describe('when the parent imports a secret module anyway', () => {
  const parent = join(ROOT, 'parent');

  // Node resolves the built package. Without the built file, its absence would look like a refusal.
  beforeAll(() => {
    const built = spawnSync(process.execPath, [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      '-b',
      join(ROOT, 'shared'),
    ]);
    expect(built.status).toBe(0);
  }, 120_000);

  const load = (name: string, ...flags: string[]) =>
    spawnSync(process.execPath, [...flags, '--input-type=module', '-e', `await import('${name}')`], {
      cwd: parent,
      encoding: 'utf8',
    });

  it.each([SECRET, '@perf-aggregator/shared/crypto', '@perf-aggregator/shared/crypto/node'])(
    'Node refuses %s under the export condition of the parent',
    (name) => {
      const refused = load(name, '--conditions=untrusted');
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
      expect(load(name).status).toBe(0);
    },
  );

  it('Node loads the modules that a parent needs under the same condition', () => {
    expect(load('@perf-aggregator/shared/wire/envelope', '--conditions=untrusted').status).toBe(0);
  });

  it('the compiler refuses it', () => {
    cpSync(join(ROOT, 'tsconfig.base.json'), join(tree, 'tsconfig.base.json'));
    cpSync(join(parent, 'tsconfig.json'), join(tree, 'parent/tsconfig.json'));
    // The probe is compiled with the options of the parent, against the built shared room.
    const references = [{ path: join(ROOT, 'shared') }];
    write(
      'parent/tsconfig.probe.json',
      JSON.stringify({ extends: './tsconfig.json', include: ['src'], references }),
    );
    cpSync(join(parent, 'package.json'), join(tree, 'parent/package.json'));
    symlinkSync(join(parent, 'node_modules'), join(tree, 'parent/node_modules'));
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    const compile = (text: string) => {
      write('parent/src/a.ts', text);
      const flags = [
        '-p',
        'parent/tsconfig.probe.json',
        '--noEmit',
        '--composite',
        'false',
        '--declaration',
        'false',
        '--declarationMap',
        'false',
      ];
      return spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...flags], {
        cwd: tree,
        encoding: 'utf8',
      });
    };
    const allowed = compile(
      `import { decodeReply } from '@perf-aggregator/shared/wire/envelope';\nexport const a = decodeReply;`,
    );
    expect([allowed.status, allowed.stdout]).toEqual([0, '']);
    const refused = compile(`import { openReply } from '${SECRET}';\nexport const a = openReply;`);
    expect(refused.status).not.toBe(0);
    expect(refused.stdout).toMatch(new RegExp(`parent/src/a\\.ts.*TS2307.*${SECRET}`));
  });
});
