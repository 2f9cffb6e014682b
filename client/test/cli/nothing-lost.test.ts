/** A file that cannot be written is reported before any request or question. Existing files stay unchanged. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/exit.ts';
import { FakeService, MADE_AT, PCRS, problem, ROOT, SESSION } from '../sdk/fake-service.ts';
import { run } from './cli.ts';

const SECRETS = { PERF_AGGREGATOR_API_KEY: 'key-marker', PERF_AGGREGATOR_API_SECRET: 'secret-marker' };
const BUNDLE = { version: 1, attestation: 'AQID', sdJwt: 'a.b.c~' };
let home: string;
let service: FakeService;
let trust: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-lost-'));
  const root = join(home, 'root.pem');
  writeFileSync(root, `-----BEGIN CERTIFICATE-----\n${encodeBase64(ROOT)}\n-----END CERTIFICATE-----\n`);
  trust = ['--root', root, '--pcr', `0=${PCRS[0]}`];
  service = new FakeService();
  service.result = { bundle: BUNDLE };
});
afterEach(() => rmSync(home, { recursive: true }));

const cli = (argv: readonly string[], environment: Record<string, string> = SECRETS) =>
  run(['--url', 'http://service.test', ...argv], {
    ...{ clock: { now: () => MADE_AT }, home, environment, adapter: service.adapter },
  });
const register = (environment = SECRETS) => cli(['register', '--user', 'u', ...trust], environment);
const sessions = () => join(home, 'sessions');
/** Prevents the creation of a file of that name: a folder has the same name. */
const block = (name: string) => mkdirSync(join(sessions(), name), { recursive: true });
const expectUnwritable = (told: { code: number; error: unknown }, what: string) => {
  expect(told.error).toBeInstanceOf(UsageError);
  expect(told).toMatchObject({ code: 2, error: { code: 'file_unwritable' } });
  expect((told.error as Error).message).toContain(what);
};

describe('when a session cannot be stored', () => {
  it('register reports that before it asks for a key or sends anything', async () => {
    writeFileSync(sessions(), 'a file where the folder would be');
    expectUnwritable(await register({} as typeof SECRETS), sessions());
    expect(service.requests).toEqual([]);
    expect(readFileSync(sessions(), 'utf8')).toBe('a file where the folder would be');
  });

  it('it does so too when the folder exists and no file can be created in it', async () => {
    block(`trial.${process.pid}.new`);
    expectUnwritable(await register(), sessions());
    expect(service.requests).toEqual([]);
  });

  it('the check for write access leaves no file behind', async () => {
    expect((await register()).code).toBe(0);
    expect(readdirSync(sessions())).toEqual([`${SESSION}.json`]);
  });

  it('register ends the session when writing fails later, so that no session stays that nobody can end', async () => {
    block(`${SESSION}.json`);
    expectUnwritable(await register(), 'the session cannot be kept');
    expect(service.paths).toContain(`DELETE /enclave/revoke/${SESSION}`);
    expect((await register()).error).toMatchObject({
      message: expect.stringContaining('it was ended again') as string,
    });
    expect(readdirSync(sessions())).toEqual([`${SESSION}.json`]);
  });

  it('register prints how to end the session when that fails too', async () => {
    block(`${SESSION}.json`);
    service.answer = (path) => (path.includes('/revoke/') ? problem('enclave_unavailable', 503) : undefined);
    expectUnwritable(await register(), `could not be ended either: DELETE /enclave/revoke/${SESSION} does`);
  });

  it.each([['metrics'], ['summary'], ['returns'], ['trades'], ['report'], ['renew'], ['revoke']])(
    '%s sends no request',
    async (command) => {
      expect((await register()).code).toBe(0);
      block(`trial.${process.pid}.new`);
      const asked = service.requests.length;
      expectUnwritable(await cli([command]), sessions());
      expect(service.requests).toHaveLength(asked);
    },
  );
});

describe('when a report is written to a file', () => {
  beforeEach(async () => {
    expect((await register()).code).toBe(0);
  });
  const asked = () => service.paths.filter((path) => path.includes('/report/')).length;

  const linked = (to: string, at: string) => {
    symlinkSync(to, at);
    return at;
  };

  it.each<[string, (at: string) => string, string]>([
    ['a folder', () => home, 'is a folder'],
    ['a link to a folder', (at) => linked(home, at), 'is a folder'],
    ['a folder that does not exist', (at) => join(at, 'report.json'), 'its folder does not exist'],
    ['below a file', () => join(home, 'root.pem', 'report.json'), 'what should be its folder is a file'],
    ['the name of a folder', (at) => `${at}/`, 'is not the name of a file'],
    ['a link that leads nowhere', (at) => linked(join(home, 'nowhere'), at), 'a link that leads nowhere'],
    ['no name', () => '', 'is not the name of a file'],
    ['a link to itself', (at) => linked(at, at), 'cannot be written: ELOOP'],
  ])('%s is refused before the report is requested', async (_, place, why) => {
    const before = readdirSync(home);
    const path = place(join(home, 'out'));
    expectUnwritable(await cli(['report', '--out', path]), why);
    expect(asked()).toBe(0);
    expect(readdirSync(home).filter((name) => name !== 'out')).toEqual(before);
  });

  it('it is complete, readable by its owner only, and no other file stays', async () => {
    const before = readdirSync(home);
    const path = join(home, 'report.json');
    expect(await cli(['report', '--out', path])).toMatchObject({
      code: 0,
      stdout: `report written to ${path}\n`,
    });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(BUNDLE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual([...before, 'report.json'].sort());
  });

  it('an existing file is replaced, with its permissions kept and its link followed', async () => {
    const [real, link] = [join(home, 'real.json'), join(home, 'link.json')];
    writeFileSync(real, 'an older report', { mode: 0o640 });
    symlinkSync(real, link);
    expect((await cli(['report', '--out', link])).code).toBe(0);
    expect(readlinkSync(link)).toBe(real);
    expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual(BUNDLE);
    expect(statSync(real).mode & 0o777).toBe(0o640);
  });

  it('an existing file stays when there is no report', async () => {
    const path = join(home, 'report.json');
    writeFileSync(path, 'an older report');
    service.answer = () => problem('session_unknown', 404);
    expect((await cli(['report', '--out', path])).code).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe('an older report');
  });

  it('an existing file stays when it cannot be replaced', async () => {
    const path = join(home, 'report.json');
    writeFileSync(path, 'an older report');
    service.answer = (asking) => {
      // Between the check and the writing.
      if (asking.includes('/report/')) mkdirSync(`${path}.${process.pid}.new`);
      return undefined;
    };
    expectUnwritable(await cli(['report', '--out', path]), path);
    expect(readFileSync(path, 'utf8')).toBe('an older report');
  });

  it('a full device is reported', async () => {
    expectUnwritable(
      await cli(['report', '--out', '/dev/full']),
      '/dev/full: cannot be written: the disk is full',
    );
    expect(existsSync(`/dev/full.${process.pid}.new`)).toBe(false);
  });
});
