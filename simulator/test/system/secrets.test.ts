/**
 * Searches for secrets everywhere that the operator can look: the log of the parent, its store, its heap and whole
 * memory, and all its wires. Each search is proved first: a marker is planted in the same place, in every spelling,
 * and must be found.
 */
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MetricsResult, SecureClient, ServiceError } from '@perf-aggregator/client';
import { enclaveOptions } from '@perf-aggregator/enclave/hardening';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIMULATED_PCRS_HEX } from '../../src/nsm/measurements.ts';
import { Supervisor } from '../../src/supervisor.ts';
import { WorldFiles } from '../../src/world/files.ts';
import { openWorldState, type WorldState } from '../../src/world/state.ts';
import { isAlive } from './command.ts';
import { listeningPorts, writableMemory } from './process.ts';
import { Recorder } from './recorder.ts';
import { find, planted, spellings } from './spelling.ts';

const MARKER = 'planted-marker-7f3a91';
const ALL = [...spellings(MARKER).keys()];
const SECRETS = {
  apiKey: 'apikey-Q7ZpW2mXb9RkT4vLc6HsJ1dNf8GyUe3A',
  apiSecret: 'apisecret-V5nBq0CxZ8rLwK3tYh6MjP2sDg9FaE7u',
  wrongKey: 'wrongkey-T1kXv7BzM4qRc9LsHw2NpJd6GyFe8UaQ',
  uid: '982451653982451',
  userId: 'trader-of-the-house-of-secrets',
  label: 'label-of-a-secret-fund',
};

let folder: string;
let state: WorldState;
let supervisor: Supervisor;
let metrics: MetricsResult;
const wires: Record<'http' | 'in' | 'out', Recorder | null> = { http: null, in: null, out: null };
/** The bytes that the operator can see, by place. */
const places: Record<string, Buffer> = {};

const path = (name: string) => join(folder, name);
const pid = (name: string) => supervisor.pids()[name]!;

beforeAll(async () => {
  // The path is short, because it contains sockets.
  folder = mkdtempSync(join(tmpdir(), 'pa-s-'));
  supervisor = new Supervisor({
    now: () => systemClock.now(),
    onDeath: () => undefined,
    onGiveUp: () => undefined,
  });
  const url = await startWorld();
  const client = await useWorld(url);
  await plant(url);
  await collect(url);
  await client.revoke();
});
afterAll(async () => {
  await supervisor.stop();
  for (const wire of Object.values(wires)) wire?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The local world with a recorder in each wire. Markers are planted in the parent at its start. */
async function startWorld(): Promise<string> {
  const files = new WorldFiles(path('home'));
  state = await openWorldState(files, { clock: systemClock, random: systemRandom, seed: 'secrets' });
  const { apiKey, apiSecret, uid } = SECRETS;
  files.write('venue.json', { ...state.venue, apiKey, apiSecret, uid: Number(uid) });
  const home = files.folder;
  const start = (name: string, argument: unknown, execArgv: readonly string[] = []) =>
    supervisor.start({
      name,
      module: `../dist/processes/${name}.js`,
      argument: () => argument,
      execArgv,
      logPath: path(`${name}.log`),
    });
  const { ports: hosts } = await start('internet', { home, ports: null }, ['--inspect-port=0']);
  wires.in = await Recorder.start(path('in'), path('enclave'));
  wires.out = await Recorder.start(path('out'), path('egress'));
  await start(
    'enclave',
    { home, listen: `unix:${path('enclave')}`, egress: `unix:${path('out')}` },
    enclaveOptions(process.allowedNodeEnvironmentFlags),
  );
  writeFileSync(path('plant.mjs'), plantingModule());
  const parent = await start(
    'parent',
    {
      home,
      host: '127.0.0.1',
      port: 0,
      enclave: `unix:${path('in')}`,
      egress: `unix:${path('egress')}`,
      hosts,
      keyArn: state.kms.arn,
    },
    [
      '--conditions=untrusted',
      '--heapsnapshot-signal=SIGUSR2',
      `--diagnostic-dir=${folder}`,
      `--import=${pathToFileURL(path('plant.mjs')).href}`,
    ],
  );
  wires.http = await Recorder.start(0, Number(parent['port']));
  return `http://127.0.0.1:${wires.http.port}`;
}

/** Runs in the parent before its code, and puts every spelling into its log, strings and buffers. */
function plantingModule(): string {
  const bytes = planted(MARKER).toString('hex');
  return `const bytes = Buffer.from('${bytes}', 'hex');
    process.stdout.write(Buffer.concat([bytes, Buffer.from('\\n')]));
    globalThis.planted = { bytes, texts: bytes.toString('latin1').split('\\n') };`;
}

/** Uses the world as an institution does, with some failing requests. */
async function useWorld(enclaveUrl: string): Promise<SecureClient> {
  const { userId, label, apiKey, apiSecret, wrongKey } = SECRETS;
  const roots = [state.nsm.rootCertDer];
  const options = {
    enclaveUrl,
    userId,
    label,
    apiSecret,
    expect: { roots, measurements: [SIMULATED_PCRS_HEX] },
  };
  const client = new SecureClient({ ...options, exchange: 'binance', apiKey });
  await client.register();
  metrics = await client.getMetrics();
  await client.getSummary({ from: '2026-01-01' });
  await client.getReport({ aud: label, disclose: ['sharpeRatio', 'navEnd'] });
  await client.renew(7_200);
  const wrong = new SecureClient({ ...options, exchange: 'binance', apiKey: wrongKey });
  await expect(wrong.register()).rejects.toBeInstanceOf(ServiceError);
  await expect(client.getMetrics({ from: label })).rejects.toBeInstanceOf(ServiceError);
  const { sessionId } = client.export();
  const lost = await fetch(`${enclaveUrl}/enclave/metrics/${sessionId}?q=AAAA`);
  expect(lost.status).toBe(400);
  return client;
}

/** Sends the marker over each wire. */
async function plant(url: string): Promise<void> {
  const response = await fetch(`${url}/enclave/submit_key`, {
    method: 'POST',
    body: new Uint8Array(planted(MARKER)),
  });
  expect(((await response.json()) as { code: string }).code).toBe('request_malformed');
  const tunnel = net.connect(path('out'));
  tunnel.end(Buffer.concat([planted(MARKER), Buffer.from('\r\n\r\n')]));
  tunnel.resume();
  await once(tunnel, 'close');
}

/** Reads all places after all requests are done. */
async function collect(url: string): Promise<void> {
  process.kill(pid('parent'), 'SIGUSR2');
  const snapshot = () => readdirSync(folder).find((name) => name.endsWith('.heapsnapshot'));
  while (!snapshot()) await new Promise((resolve) => setTimeout(resolve, 20));
  // The thread that answers also writes the snapshot. Once it answers, the snapshot is complete.
  expect((await fetch(`${url}/health`)).status).toBe(200);
  places['heap snapshot of the parent'] = readFileSync(path(snapshot()!));
  places['memory of the parent'] = writableMemory(pid('parent'));
  places['log of the parent'] = readFileSync(path('parent.log'));
  places['log of the enclave'] = readFileSync(path('enclave.log'));
  places['wire of the client'] = wires.http!.bytes();
  places['wire to the enclave'] = wires.in!.bytes();
  places['wire to the internet'] = wires.out!.bytes();
  places['store'] = readFolder(path('home/store'));
}

function readFolder(name: string): Buffer {
  return Buffer.concat(readdirSync(name).map((file) => readFileSync(join(name, file))));
}

/** The numbers of the account in their written form. */
function figures(): Record<string, string> {
  const { navEnd, fees, tradingVolume, realizedPnl, deposits, totalReturn, sharpeRatio } = metrics;
  // On some days a number ends with zeros and is short. A short number proves nothing when it is found.
  return Object.fromEntries(
    Object.entries({ navEnd, fees, tradingVolume, realizedPnl, deposits, totalReturn, sharpeRatio })
      .map(([name, value]) => [name, String(value)] as const)
      .filter(([, figure]) => figure.length > 9),
  );
}

describe('when a marker was planted', () => {
  it.each([
    'memory of the parent',
    'log of the parent',
    'wire of the client',
    'wire to the enclave',
    'wire to the internet',
  ])('%s: it is found in every spelling', (place) => {
    expect(find(places[place]!, MARKER)).toEqual(ALL);
  });

  it('heap snapshot: it is found in every spelling of a string; buffers are in the memory', () => {
    const ofStrings = ALL.filter((spelling) => spelling !== 'UTF-16');
    expect(find(places['heap snapshot of the parent']!, MARKER)).toEqual(ofStrings);
  });

  it('store: it is found in every spelling', async () => {
    const copy = path('copy');
    cpSync(path('home/store'), copy, { recursive: true });
    expect(find(readFolder(copy), MARKER)).toEqual([]);
    const store = openLmdbStore(copy);
    await store.write({
      session: 'A'.repeat(43),
      baseVersion: 0,
      version: 1,
      expiresAt: systemClock.now() + 60_000,
      syncAt: null,
      blob: new Uint8Array(planted(MARKER)),
      chunksKept: 0,
      chunks: [],
    });
    await store.close();
    expect(find(readFolder(copy), MARKER)).toEqual(ALL);
  });

  it('a log line of the enclave would be found: its log is read', () => {
    expect(places['log of the enclave']!.toString()).toContain('session_opened');
  });

  it('the secrets are found where they are allowed: in the memory of the enclave', () => {
    const memory = writableMemory(pid('enclave'));
    for (const secret of [SECRETS.apiKey, SECRETS.apiSecret]) expect(find(memory, secret)).toContain('raw');
  });
});

describe('when everything that the operator can see is searched', () => {
  it('most numbers are long enough for the search', () => {
    expect(Object.keys(figures()).length).toBeGreaterThan(4);
  });

  it.each([
    'heap snapshot of the parent',
    'memory of the parent',
    'log of the parent',
    'log of the enclave',
    'wire of the client',
    'wire to the enclave',
    'wire to the internet',
    'store',
  ])('%s: contains no credential, account number, label, user id or number', (place) => {
    const found = Object.entries({ ...SECRETS, ...figures() }).flatMap(([name, secret]) =>
      find(places[place]!, secret).map((spelling) => `${name} (${spelling})`),
    );
    expect(found).toEqual([]);
  });
});

describe('when the process of the enclave is inspected', () => {
  it('SIGUSR1 opens no inspector in it, but opens one in another process', async () => {
    const log = (name: string) => readFileSync(path(`${name}.log`), 'utf8');
    process.kill(pid('enclave'), 'SIGUSR1');
    process.kill(pid('internet'), 'SIGUSR1');
    const opened = () => /Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(log('internet'))?.[1];
    while (!opened()) await new Promise((resolve) => setTimeout(resolve, 20));
    // This shows that the check can find an inspector.
    expect(listeningPorts(pid('internet'))).toContain(Number(opened()));
    expect(isAlive(pid('enclave'))).toBe(true);
    expect(listeningPorts(pid('enclave'))).toEqual([]);
    expect(log('enclave')).not.toContain('Debugger');
  });

  it('it cannot generate code from strings, and a core dump contains no memory', () => {
    const read = (file: string) => readFileSync(`/proc/${pid('enclave')}/${file}`, 'utf8');
    expect(read('cmdline').split('\0')).toContain('--disallow-code-generation-from-strings');
    expect(Number.parseInt(read('coredump_filter'), 16)).toBe(0);
  });
});
