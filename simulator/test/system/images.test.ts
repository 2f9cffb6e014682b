/** Both images are built, built again and compared, started, and used in a network without a way out. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SummaryResult } from '@perf-aggregator/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorldFiles } from '../../dist/world/files.js';
import { VENUE_HOSTS, WORLD_HOSTS } from '../../dist/world/hosts.js';
import type { VenueState } from '../../dist/world/state.js';
import { Island, must, podman, ROOT, residentBytes, run, startOf, Talker } from './images/containers.ts';
import { FACTS, type Fact, readFacts } from './images/facts.ts';
import { Truth } from './truth.ts';

const DESCRIBE = pathToFileURL(join(ROOT, 'scripts/image/describe.mjs')).href;
const MAX_UNPACKED_BYTES = 130_000_000;
/** Addresses that a parent accepts as public. In the network of this test they are on loopback. */
/** Addresses of the hosts of the simulated internet, in a network without a way out. */
const PLACES = Object.fromEntries(WORLD_HOSTS.map((host, at) => [host, `20.20.20.${at + 1}`]));
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
  it('is the same from another folder, with other times and modes, in every file', async () => {
    const { code, stdout, stderr } = await timed('verify', run('scripts/image/verify.sh', []));
    expect({ code, stderr: stderr.replace(/^the working tree differs.*\n/, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(stdout).toMatch(/^[0-9a-f]{64} {2}the same root file system, built twice$/m);
  }, 600_000);

  it('is not built without a network, and the build reports that', async () => {
    const out = mkdtempSync('/tmp/pa-images-');
    const { code, stdout } = await run('unshare', ['--net', 'scripts/image/build.sh', 'enclave', ROOT, out]);
    rmSync(out, { recursive: true });
    expect(code).toBe(3);
    expect(stdout).toContain('image_dependencies_unavailable: ');
  });

  it('is small, and the list of components contains every file with its hash', async () => {
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

  it('contains the files and packages that docs/image.md lists', async () => {
    const { fileRows, hashRows, packageRows } = (await import(DESCRIBE)) as Record<
      string,
      (facts: unknown[]) => string[]
    >;
    const page = readFileSync(join(ROOT, 'docs/image.md'), 'utf8');
    const table = (name: string) =>
      new RegExp(`<!-- ${name} -->\\n(?:\\|.*\\n){2}((?:\\|.*\\n)*)`).exec(page)![1]!.trim().split('\n');
    expect(table('files'), 'node scripts/image/describe.mjs').toEqual(fileRows!(readFacts('files.json')));
    expect(table('hashes'), 'node scripts/image/describe.mjs').toEqual(hashRows!(readFacts('files.json')));
    // Sizes change with every change of the sources, so they are not compared.
    const named = (rows: readonly string[]) => rows.map((row) => row.split('|').slice(1, 4).join('|')).sort();
    expect(named(table('packages'))).toEqual(named(packageRows!(readFacts('packages.json'))));
  });

  it('starts, and refuses a machine that is not an enclave', async () => {
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
  it('reports what is missing; it runs as another user than root, on a read-only root file system', async () => {
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
    // The only part of the AWS SDK is the client of the metadata service (ADR 0021): no KMS and no other credentials.
    expect(stdout).not.toMatch(
      /ccxt|client-kms|credential-provider|nested-clients|vitest|typescript|simulator|^enclave/m,
    );
  });
});

describe('when both serve a client over unix sockets in a network without a way out', () => {
  const island = new Island(mark);
  let home: string;
  let sockets: string;
  let internet: Talker;

  /** Starts a container that keeps running. All containers share the sockets and the internet. */
  async function start(name: string, parameters: readonly string[], image: string, ...command: string[]) {
    await must(
      'scripts/image/podman.sh',
      ...['run', '--detach', '--name', `${mark}-${name}`, '--network', island.network, '--read-only'],
      ...['--volume', `${sockets}:/sockets`, ...parameters, image, ...command],
    );
  }

  /** The simulator's enclave on the file system of production. Its layer adds one file. */
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
    // Of the world's files, this enclave gets only the root of the module and the public CA.
    const part = join(home, 'enclave');
    mkdirSync(part);
    for (const file of ['nsm.json', 'ca.pem']) copyFileSync(join(home, file), join(part, file));
    const argument = { home: '/world', listen: 'unix:/sockets/enclave', egress: 'unix:/sockets/egress' };
    await must('chown', '-R', PARENT_USER, part);
    // Only the owner can use a unix socket. AF_VSOCK has no owner.
    const parameters = ['--volume', `${part}:/world`, '--user', PARENT_USER];
    await start('enclave', parameters, mark, ...NODE, '/app/simulated.mjs', JSON.stringify(argument));
  }

  /** The image of production without changes, with the configuration of production. */
  async function startParent() {
    const files = new WorldFiles(home);
    const role = files.read<Record<string, string> & { expiration: number }>('role.json');
    const environment = {
      ENCLAVE_ENDPOINT: 'unix:/sockets/enclave',
      EGRESS_ENDPOINT: 'unix:/sockets/egress',
      EGRESS_ALLOW: VENUE_HOSTS.map((host) => `${host}:443`).join(','),
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

  /** Throws the error together with the logs of both containers. */
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

  it('registers, reads the account, and issues a report that verifies', async () => {
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

  it('returns the true numbers to the command line', async () => {
    const [command, parameters] = island.inside('./perf-aggregator', 'summary', '--json');
    const { code, stdout } = await run(command, parameters, { PERF_AGGREGATOR_HOME: home });
    expect(code).toBe(0);
    const truth = new Truth(new WorldFiles(home).read<VenueState>('venue.json'));
    expect(truth.differences(JSON.parse(stdout) as SummaryResult)).toEqual([]);
  });

  it('is healthy by the health check of the image', async () => {
    expect((await podman('healthcheck', 'run', `${mark}-parent`)).code).toBe(0);
  });

  it.each(['parent', 'enclave'])('stops %s on request', async (name) => {
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
