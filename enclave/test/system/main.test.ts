/** Runs the production entry in a stand-in for the kernel of an enclave: the compiled `main` with its native part. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enclaveOptions } from '../../src/hardening.ts';
import { encodeResponse } from '../../src/nsm/response.ts';
import { run } from './run.ts';

const ROOM = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pa-main-'));
const socket = join(folder, 'in.sock');
afterAll(() => rmSync(folder, { recursive: true }));

/** December 2025, of a genuine document; its source: simulator/test/fixtures/README.md. */
const GENUINE = join(ROOM, '../simulator/test/fixtures/dstack-debug-2025.b64');
const GENUINE_TIME = 1_766_650_846_577;

beforeAll(() => {
  // The installed package with the native part, which this source tree does not contain.
  cpSync(join(ROOM, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(ROOM, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOM, 'node_modules'), join(folder, 'node_modules'));
  run(join(ROOM, '../scripts/build-nsm.sh'), [join(folder, 'dist/nsm')]);
  const source = join(ROOM, 'test/system/module-shim.c');
  run('cc', ['-std=c11', '-Wall', '-Werror', '-fPIC', '-shared', '-o', join(folder, 'shim.so'), source]);
});

beforeEach(() => {
  const document = decodeBase64(readFileSync(GENUINE, 'utf8').trim());
  const version = { versionMajor: 1, versionMinor: 0, versionPatch: 0 };
  const description = {
    ...version,
    moduleId: 'i-0-enc0',
    maxPcrs: 32,
    lockedPcrs: [0, 1],
    digest: 'SHA384' as const,
  };
  put('Attestation', encodeResponse({ type: 'Attestation', document }));
  put('DescribeNSM', encodeResponse({ type: 'DescribeNSM', ...description }));
  put('GetRandom', encodeResponse({ type: 'Error', word: 'InternalError' }));
  put('rng_current', 'nsm-hwrng\n');
  put('enclave.json', JSON.stringify(configuration()));
  put('ca.pem', readFileSync(join(ROOM, 'image/ca.pem')));
});

function put(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

function configuration() {
  return {
    softwareVersion: '0.1.0',
    listen: `unix:${socket}`,
    egress: `unix:${join(folder, 'out.sock')}`,
    allow: [{ host: 'api.binance.com', port: 443 }],
    pins: {},
    kms: { encryptionContext: {} },
    predecessors: [],
    syncIntervalMs: 300_000,
    hotSessions: 16,
  };
}

function start(): ChildProcess {
  const options = [...enclaveOptions(process.allowedNodeEnvironmentFlags), join(folder, 'dist/main.js')];
  const env = { LD_PRELOAD: join(folder, 'shim.so'), SHIM_FOLDER: folder };
  return spawn(process.execPath, options, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The error output of a process that ends by itself, and its exit code. */
async function ending(): Promise<{ readonly code: number; readonly stderr: string }> {
  const child = start();
  let stderr = '';
  child.stderr!.on('data', (part) => {
    stderr += part;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, stderr };
}

describe('when production starts in an enclave', () => {
  it.each([
    ['nsm-hwrng\n', 'nsm-hwrng'],
    ['none\n', 'seed'],
  ])(
    "it has the module's time and entropy (%j), listens, and ends when requested",
    async (current, entropy) => {
      put('rng_current', current);
      put('GetRandom', encodeResponse({ type: 'GetRandom', random: new Uint8Array(256).fill(1) }));
      const child = start();
      const closed = once(child, 'close');
      const lines: { readonly event: string; readonly time: string }[] = [];
      for await (const line of createInterface({ input: child.stdout! })) {
        lines.push(JSON.parse(line) as (typeof lines)[number]);
        if (lines.at(-1)!.event === 'listening') break;
      }
      expect(lines).toMatchObject([
        { room: 'enclave', event: 'booting', moduleId: 'i-0-enc0', version: '1.0.0', entropy },
        { room: 'enclave', event: 'clock_set', driftMs: 0, guestAheadMs: expect.any(Number) },
        { room: 'enclave', event: 'listening' },
      ]);
      const late = Date.parse(lines[2]!.time) - GENUINE_TIME;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(60_000);
      // The enclave may reset the connection at its end.
      const parent = net.connect(socket).on('error', () => undefined);
      await once(parent, 'connect');
      child.kill('SIGTERM');
      expect(await closed).toEqual([0, null]);
      parent.destroy();
    },
  );

  it.each([
    ['no configuration', 'enclave.json', '{', 'enclave_config_unreadable'],
    ['a configuration at fault', 'enclave.json', '{}', 'enclave_config_invalid'],
    ['another source of entropy, and a module without', 'rng_current', 'virtio_rng.0\n', 'entropy_missing'],
    ['a module that speaks otherwise', 'DescribeNSM', '?', 'nsm_response_malformed'],
    ['a document without a time', 'Attestation', 'gGetRandom', 'nsm_response_malformed'],
  ])('with %s it does not start', async (_, file, content, code) => {
    put(file, content);
    const { code: exit, stderr } = await ending();
    expect(exit).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${code}: `));
  });
});
