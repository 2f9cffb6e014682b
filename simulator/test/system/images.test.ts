/** Both images: built, built again and compared, started, and doing the main job in a network without a way out. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SummaryResult } from '@perf-aggregator/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorldFiles } from '../../dist/world/files.js';
import type { VenueState } from '../../dist/world/state.js';
import { Island, must, podman, ROOT, residentBytes, run, startOf, Talker } from './images/containers.ts';
import { FACTS, type Fact, readFacts } from './images/facts.ts';
import { Truth } from './truth.ts';

const DESCRIBE = pathToFileURL(join(ROOT, 'scripts/image/describe.mjs')).href;
const MAX_UNPACKED_BYTES = 130_000_000;
/** Addresses that a parent takes for public ones, and so they are, elsewhere. Here they are on loopback. */
const PLACES = { 'api.binance.com': '20.20.20.1', 'kms.us-east-1.amazonaws.com': '20.20.20.2' };
const NODE = ['/usr/local/bin/node', '--disallow-code-generation-from-strings', '--disable-sigusr1'];

/** The user `node` of the parent's image. */
const PARENT_USER = '1000:1000';

const mark = `pa-images-${process.pid}`;
const seconds: Record<string, number> = {};

async function timed<T>(what: string, work: Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work;
  seconds[what] = Math.round((performance.now() - start) / 100) / 10;
  return result;
}

beforeAll(async () => {
  await timed('bases', must('scripts/image/bases.sh'));
  const images = ['enclave', 'parent'].map((what) => must('scripts/image/build.sh', what));
  await timed('both images', Promise.all(images));
}, 900_000);

afterAll(async () => {
  await podman('rm', '--force', '--time', '0', `${mark}-enclave`, `${mark}-parent`);
  await podman('rmi', '--force', `localhost/${mark}`);
  console.info(`images, seconds: ${JSON.stringify(seconds)}`);
}, 120_000);

describe("when the enclave's image is built", () => {
  it('is the same from another folder, with other times and modes, file by file', async () => {
    const { code, stdout, stderr } = await timed('verify', run('scripts/image/verify.sh', []));
    expect({ code, stderr: stderr.replace(/^the working tree differs.*\n/, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(stdout).toMatch(/^[0-9a-f]{64} {2}the same root file system, built twice$/m);
  }, 600_000);

  it('is not built without a network, and the build says so', async () => {
    const out = mkdtempSync('/tmp/pa-images-');
    const { code, stdout } = await run('unshare', ['--net', 'scripts/image/build.sh', 'enclave', ROOT, out]);
    rmSync(out, { recursive: true });
    expect(code).toBe(3);
    expect(stdout).toContain('image_dependencies_unavailable: ');
  });

  it('is small, and every file of it is in the list of components, by hash', async () => {
    const size = Number(
      await must('scripts/image/podman.sh', 'image', 'inspect', '-f', '{{.Size}}', 'perf-aggregator-enclave'),
    );
    expect(size).toBeLessThanOrEqual(MAX_UNPACKED_BYTES);
    const sbom = readFileSync(join(FACTS, 'sbom.json'), 'utf8');
    expect(sbom).not.toMatch(/serialNumber|timestamp/);
    const hashes = readFacts<Fact[]>('files.json').map(({ sha256 }) => sha256);
    expect(hashes.length).toBeGreaterThan(10);
    expect(hashes.filter((hash) => !sbom.includes(hash))).toEqual([]);
    const components = (JSON.parse(sbom) as { components: { name: string; version?: string }[] }).components;
    for (const name of ['node', 'libc6', 'libstdc++6', 'ccxt', 'zod', '@aws-sdk/client-kms']) {
      expect(components.find((component) => component.name === name)?.version, name).toMatch(/^\d/);
    }
  });

  it('is what docs/image.md says, file by file and package by package', async () => {
    const { fileRows, hashRows, packageRows } = (await import(DESCRIBE)) as Record<
      string,
      (facts: unknown[]) => string[]
    >;
    const page = readFileSync(join(ROOT, 'docs/image.md'), 'utf8');
    const table = (name: string) =>
      new RegExp(`<!-- ${name} -->\\n(?:\\|.*\\n){2}((?:\\|.*\\n)*)`).exec(page)![1]!.trim().split('\n');
    expect(table('files'), 'node scripts/image/describe.mjs').toEqual(fileRows!(readFacts('files.json')));
    expect(table('hashes'), 'node scripts/image/describe.mjs').toEqual(hashRows!(readFacts('files.json')));
    // Sizes follow from every change.
    const named = (rows: readonly string[]) => rows.map((row) => row.split('|').slice(1, 4).join('|')).sort();
    expect(named(table('packages'))).toEqual(named(packageRows!(readFacts('packages.json'))));
  });

  it('starts, and refuses a machine that is no enclave', async () => {
    const { code, stderr } = await podman(
      'run',
      '--rm',
      '--network',
      'none',
      '--read-only',
      'perf-aggregator-enclave',
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^nsm_absent: \/dev\/nsm: /) });
  });

  it('holds no shell', async () => {
    const { code } = await podman('run', '--rm', 'perf-aggregator-enclave', '/bin/sh', '-c', 'true');
    expect(code).toBe(127);
  });
});

describe("when the parent's image is started", () => {
  it('says what is missing, as another user than root, on a root that nobody can write to', async () => {
    const started = await podman('run', '--rm', '--network', 'none', '--read-only', 'perf-aggregator-parent');
    expect(started.code).toBe(1);
    expect(started.stderr).toContain('config_invalid: the environment is unusable');
    const user = await podman(
      'run',
      '--rm',
      '--network',
      'none',
      'perf-aggregator-parent',
      'node',
      '-p',
      'process.getuid()',
    );
    expect(user.stdout).toBe('1000\n');
  });

  it('holds the native parts, and nothing of the enclave', async () => {
    const list = `const { readdirSync } = require('node:fs');
      console.log(readdirSync('/app', { recursive: true }).filter((path) => !/[.](js|json|md|mjs|cjs)$/.test(path)).join('\\n'))`;
    const { stdout } = await podman(
      'run',
      '--rm',
      '--network',
      'none',
      'perf-aggregator-parent',
      'node',
      '-e',
      list,
    );
    expect(stdout).toContain('shared/dist/transport/vsock.node');
    expect(stdout).toMatch(/lmdb-linux-x64\/node\.napi\.glibc\.node/);
    // Of the AWS SDK only the client of the metadata service (ADR 0021): no KMS, no other source of credentials.
    expect(stdout).not.toMatch(
      /ccxt|client-kms|credential-provider|nested-clients|vitest|typescript|simulator|^enclave/m,
    );
  });
});

describe('when both do the main job, over unix sockets, on an island', () => {
  const island = new Island(mark);
  let home: string;
  let sockets: string;
  let internet: Talker;

  /** Runs a container that stays; both see the same sockets, and the same internet. */
  async function start(name: string, parameters: readonly string[], image: string, ...command: string[]) {
    await must(
      'scripts/image/podman.sh',
      ...['run', '--detach', '--name', `${mark}-${name}`, '--network', island.network, '--read-only'],
      ...['--volume', `${sockets}:/sockets`, ...parameters, image, ...command],
    );
  }

  /** The simulator's enclave on production's file system: what the layer adds is one file. */
  async function startEnclave() {
    const context = join(home, 'layer');
    await must('node', 'scripts/image/simulated-layer.mjs', context);
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM localhost/perf-aggregator-enclave\nCOPY simulated.mjs /app/\n',
    );
    await must(
      'scripts/image/podman.sh',
      'build',
      '--isolation',
      'chroot',
      '--quiet',
      '--tag',
      mark,
      context,
    );
    // Of the world it gets the module's root and the public CA, no more.
    const part = join(home, 'enclave');
    mkdirSync(part);
    for (const file of ['nsm.json', 'ca.pem']) copyFileSync(join(home, file), join(part, file));
    const argument = { home: '/world', listen: 'unix:/sockets/enclave', egress: 'unix:/sockets/egress' };
    await must('chown', '-R', PARENT_USER, part);
    // A unix socket is its owner's alone; AF_VSOCK knows no users.
    const parameters = ['--volume', `${part}:/world`, '--user', PARENT_USER];
    await start('enclave', parameters, mark, ...NODE, '/app/simulated.mjs', JSON.stringify(argument));
  }

  /** Production's image as it is, configured as production is. */
  async function startParent() {
    const files = new WorldFiles(home);
    const role = files.read<Record<string, string> & { expiration: number }>('role.json');
    const environment = {
      ENCLAVE_ENDPOINT: 'unix:/sockets/enclave',
      EGRESS_ENDPOINT: 'unix:/sockets/egress',
      EGRESS_ALLOW: 'api.binance.com:443',
      KMS_KEY_ARN: files.read<{ arn: string }>('kms.json').arn,
      KMS_ROLE_ARN: role['roleArn'],
      AWS_ACCESS_KEY_ID: role['accessKeyId'],
      AWS_SECRET_ACCESS_KEY: role['secretAccessKey'],
      AWS_SESSION_TOKEN: role['sessionToken'],
      AWS_CREDENTIAL_EXPIRATION: new Date(role.expiration).toISOString(),
      RATE_LIMIT_MAX: '1000000',
    };
    const variables = join(home, 'parent.env');
    writeFileSync(
      variables,
      Object.entries(environment)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const hosts = Object.entries(PLACES).flatMap(([host, address]) => ['--add-host', `${host}:${address}`]);
    await start('parent', ['--env-file', variables, ...hosts], 'perf-aggregator-parent');
  }

  function hearReady(): Promise<void> {
    internet.tell('http://127.0.0.1:3000');
    return internet.hears('service ready');
  }

  /** Throws what both containers said, besides. */
  async function explain(cause: unknown): Promise<never> {
    const logs = await Promise.all(['enclave', 'parent'].map((name) => podman('logs', `${mark}-${name}`)));
    const said = logs.map(({ stdout, stderr }) =>
      `${stdout}${stderr}`.replaceAll(/^.*"\/ready".*\n/gm, '').slice(-2000),
    );
    throw new Error(`${String(cause)}\n${said.join('')}`, { cause });
  }

  beforeAll(async () => {
    home = mkdtempSync('/tmp/pa-images-');
    sockets = mkdtempSync('/tmp/pa-');
    await must('chown', PARENT_USER, sockets);
    await island.open(Object.values(PLACES));
    const places = Object.entries(PLACES).map(([host, address]) => `${host}=${address}`);
    internet = new Talker(
      ...island.inside('node', 'simulator/test/system/images/internet.mjs', home, ...places),
    );
    await internet.hears('internet ready');
  }, 120_000);

  afterAll(async () => {
    await internet.end();
    await podman('rm', '--force', '--time', '0', `${mark}-enclave`, `${mark}-parent`);
    await island.close();
    for (const folder of [home, sockets]) rmSync(folder, { recursive: true });
  }, 120_000);

  it('registers, reads the account, and hands out a report that verifies', async () => {
    await startEnclave();
    await startParent().then(hearReady).catch(explain);
    seconds['parent to /ready'] = (Date.now() - (await startOf(`${mark}-parent`))) / 1000;
    await timed('main job', internet.hears('demonstration over')).catch(explain);
    const { stdout } = await podman('logs', `${mark}-enclave`);
    const [, listening] = /"time":"([^"]+)".*"listening"/.exec(stdout)!;
    seconds['enclave to listening'] = (Date.parse(listening!) - (await startOf(`${mark}-enclave`))) / 1000;
    expect(internet.said).toMatch(/✓ quote verified +SIMULATED/);
    expect(internet.said).toMatch(/✓ report verified +SIMULATED/);
    for (const name of ['enclave', 'parent']) {
      seconds[`${name}, MB resident`] = Math.round((await residentBytes(`${mark}-${name}`)) / 1e6);
    }
  }, 300_000);

  it('gives the true numbers to the command line', async () => {
    const [command, parameters] = island.inside('./perf-aggregator', 'summary', '--json');
    const { code, stdout } = await run(command, parameters, { PERF_AGGREGATOR_HOME: home });
    expect(code).toBe(0);
    const truth = new Truth(new WorldFiles(home).read<VenueState>('venue.json'));
    expect(truth.differences(JSON.parse(stdout) as SummaryResult)).toEqual([]);
  });

  it('is healthy by the check that the image brings', async () => {
    expect((await podman('healthcheck', 'run', `${mark}-parent`)).code).toBe(0);
  });

  it.each(['parent', 'enclave'])('ends %s when it is asked to', async (name) => {
    await must('scripts/image/podman.sh', 'stop', '--time', '20', `${mark}-${name}`);
    const code = await must(
      'scripts/image/podman.sh',
      'inspect',
      '-f',
      '{{.State.ExitCode}}',
      `${mark}-${name}`,
    );
    expect(code).toBe('0\n');
  });
});
