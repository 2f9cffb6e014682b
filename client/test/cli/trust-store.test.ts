/** Files with trust settings: which files are used, and which are refused. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { UsageError } from '../../src/cli/exit.ts';
import { type TrustEntry, toEntry } from '../../src/cli/trust-entry.ts';
import { TrustReceipts } from '../../src/cli/trust-receipts.ts';
import { keepWorldTrust, TrustStore } from '../../src/cli/trust-store.ts';
import { ROOT } from '../sdk/fake-service.ts';

const PCR0 = 'ab'.repeat(48);
const ENTRY: TrustEntry = { images: [{ '0': PCR0 }], addedAt: 1 };
const OTHER: TrustEntry = { images: 'any-image', addedAt: 2 };
const SIMULATED: TrustEntry = { ...ENTRY, roots: [encodeBase64(ROOT)] };
const AWS = encodeBase64(AWS_NITRO_ROOT_G1);
const URL_ = 'https://service.test';

let home: string;
let receipts: TrustReceipts;
let state: string;
let store: TrustStore;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-trust-'));
  state = mkdtempSync(join(tmpdir(), 'pa-state-'));
  receipts = new TrustReceipts(join(state, 'deep/er'));
  store = storeIn(home);
  file = join(home, 'trust.json');
});
afterEach(() => {
  for (const folder of [home, state]) rmSync(folder, { recursive: true });
});

const storeIn = (folder: string, named?: string) => new TrustStore(folder, named, receipts);

const find = (url: string | null = null) => store.find(url);
const refused = (work: () => unknown = () => find()) => codeOf(work, UsageError);
/** Writes a file and its receipt, in the same way as the owner would, with any content. */
const writeText = (text: string, path = file) => {
  receipts.keep(path, text);
  writeFileSync(path, text, { mode: 0o600 });
};
const write = (value: unknown, path = file) => writeText(JSON.stringify(value), path);
const kept = (entry: object, more: object = {}) => ({
  ...{ format: 'perf-aggregator/trust/1', default: entry, services: {}, ...more },
});

describe('when trust is stored', () => {
  it('a service has its own entry, all other services use the default, and evidence uses the default', () => {
    expect(find()).toBeNull();
    store.add(null, ENTRY);
    store.add(URL_, OTHER);
    expect(find()).toEqual({ entry: ENTRY, file, of: 'default' });
    expect(find('https://elsewhere.test')).toMatchObject({ entry: ENTRY, of: 'default' });
    for (const spelled of [URL_, `${URL_}/`, 'HTTPS://SERVICE.test:443//']) {
      expect(find(spelled)).toEqual({ entry: OTHER, file, of: URL_ });
    }
    for (const other of ['http://service.test', `${URL_}:444`, `${URL_}/x`, `${URL_}.evil.test`]) {
      expect(find(other)).toMatchObject({ of: 'default' });
    }
    expect(store.all().map(({ of }) => of)).toEqual(['default', URL_]);
  });

  it('the file is private to its owner, is written completely, and its entries can be removed one by one', () => {
    store = storeIn(join(home, 'new'));
    store.add(null, ENTRY);
    store.add(URL_, OTHER);
    expect(readdirSync(join(home, 'new'))).toEqual(['trust.json']);
    expect(statSync(join(home, 'new')).mode & 0o777).toBe(0o700);
    expect(statSync(store.file).mode & 0o777).toBe(0o600);
    expect(store.remove(null)).toBe(true);
    expect(store.remove(null)).toBe(false);
    expect([find.call(null), store.find('http://x.test'), store.find(URL_)?.of]).toEqual([null, null, URL_]);
    expect([store.remove(`${URL_}/`), store.remove(URL_)]).toEqual([true, false]);
    expect(store.all()).toEqual([]);
  });

  it('a named file is used alone, and must exist', () => {
    store.add(null, ENTRY);
    keepWorldTrust(home, URL_, SIMULATED);
    const named = join(home, 'named.json');
    store = storeIn(home, named);
    expect(refused()).toBe('file_unreadable');
    write(kept(OTHER), named);
    expect(find()).toMatchObject({ entry: OTHER, file: named });
    write({ format: 'perf-aggregator/trust/1', services: {} }, named);
    expect([find(), find(URL_), store.all()]).toEqual([null, null, []]);
    expect(storeIn(home, '').find(null)).toMatchObject({ entry: ENTRY });
  });
});

describe('when the file arrived with the folder', () => {
  const text = () => `${JSON.stringify(kept(OTHER), null, 2)}\n`;

  it('it is not used, and nothing is added to it', () => {
    writeFileSync(file, text(), { mode: 0o600 });
    expect(refused()).toBe('trust_unsafe');
    expect(refused(() => store.add(null, ENTRY))).toBe('trust_unsafe');
    expect(refused(() => store.all())).toBe('trust_unsafe');
    expect([readFileSync(file, 'utf8'), readdirSync(state)]).toEqual([text(), []]);
  });

  it('a copy elsewhere, an edited one and a restored old one are not used', () => {
    store.add(null, OTHER);
    const old = readFileSync(file);
    expect(find()).toMatchObject({ entry: OTHER });
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    copyFileSync(file, join(elsewhere, 'trust.json'));
    expect(refused(() => storeIn(elsewhere).find(null))).toBe('trust_unsafe');
    store.add(null, ENTRY);
    writeFileSync(file, old);
    expect(refused()).toBe('trust_unsafe');
    rmSync(file);
    store.add(null, ENTRY);
    writeFileSync(file, `${readFileSync(file, 'utf8')} `);
    expect(refused()).toBe('trust_unsafe');
  });

  it('a receipt is a file of the owner', () => {
    store.add(null, ENTRY);
    const [name] = readdirSync(join(state, 'deep/er'));
    expect(statSync(join(state, 'deep')).mode & 0o777).toBe(0o700);
    rmSync(join(state, 'deep/er', name!));
    symlinkSync('/dev/null', join(state, 'deep/er', name!));
    expect(refused()).toBe('trust_unsafe');
  });

  it('a file that a variable names needs no receipt', () => {
    writeFileSync(file, text(), { mode: 0o600 });
    const named = storeIn(home, file);
    expect(named.find(null)).toMatchObject({ entry: OTHER });
    named.add(null, ENTRY);
    expect(named.find(null)).toMatchObject({ entry: ENTRY });
    expect(readdirSync(state)).toEqual([]);
  });

  it('a receipt that cannot be stored is reported before the file is written', () => {
    writeFileSync(join(state, 'deep'), 'a file');
    expect(refused(() => store.add(null, ENTRY))).toBe('file_unwritable');
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('when another user could have written the file', () => {
  beforeEach(() => write(kept(ENTRY)));

  it.each([0o620, 0o602, 0o666, 0o660, 0o777])('mode %o: it is not used', (mode) => {
    chmodSync(file, mode);
    expect(refused()).toBe('trust_unsafe');
    expect(refused(() => store.add(null, OTHER))).toBe('trust_unsafe');
    expect(refused(() => store.remove(null))).toBe('trust_unsafe');
  });

  it.each([0o600, 0o644, 0o400, 0o755])('mode %o: it is used', (mode) => {
    chmodSync(file, mode);
    expect(find()).toMatchObject({ entry: ENTRY });
  });

  it.each([0o777, 0o770, 0o702])('a file in a folder of mode %o is not used', (mode) => {
    chmodSync(home, mode);
    expect(refused()).toBe('trust_unsafe');
    rmSync(file);
    expect(refused(() => store.add(null, OTHER))).toBe('trust_unsafe');
    expect(refused(() => keepWorldTrust(home, URL_, SIMULATED))).toBe('trust_unsafe');
    expect(readdirSync(home)).toEqual([]);
  });

  it('a link, a broken link, a hard link, and a folder are refused', () => {
    const real = join(home, 'real.json');
    renameSync(file, real);
    symlinkSync(real, file);
    expect(refused()).toBe('trust_unsafe');
    rmSync(real);
    expect(refused()).toBe('trust_unsafe');
    expect(refused(() => store.add(null, OTHER))).toBe('trust_unsafe');
    rmSync(file);
    write(kept(ENTRY), real);
    linkSync(real, file);
    expect(refused()).toBe('trust_unsafe');
    rmSync(file);
    mkdirSync(file);
    expect(() => find()).toThrow('is no file');
  });

  it('a file or a folder of another user is refused', (context) => {
    const own = process.geteuid!();
    // Only root can change the owner of a file. For other users the test changes the effective user id instead.
    if (own !== 0) {
      process.geteuid = () => own + 1;
      context.onTestFinished(() => {
        process.geteuid = () => own;
      });
      expect(refused()).toBe('trust_unsafe');
      return;
    }
    chownSync(file, 12_345, 12_345);
    expect(refused()).toBe('trust_unsafe');
    chownSync(file, 0, 0);
    chownSync(home, 12_345, 12_345);
    expect(refused()).toBe('trust_unsafe');
  });

  it('a named file has the same checks', () => {
    const named = join(home, 'named.json');
    symlinkSync(file, named);
    expect(refused(() => storeIn(home, named).find(null))).toBe('trust_unsafe');
  });
});

describe('when the file has invalid content', () => {
  const ZERO = '0'.repeat(96);

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['no format', JSON.stringify({ services: {} })],
    ['another format', JSON.stringify({ ...kept(ENTRY), format: 'perf-aggregator/trust/2' })],
    ['an unknown member', JSON.stringify(kept(ENTRY, { anyImage: true }))],
    ['an unknown member of an entry', JSON.stringify(kept({ ...ENTRY, root: 'x' }))],
    [
      'an image twice',
      `{"format":"perf-aggregator/trust/1","services":{},"default":{"addedAt":1,"images":[{"0":"${PCR0}","0":"${'cd'.repeat(48)}"}]}}`,
    ],
    ['no image', JSON.stringify(kept({ addedAt: 1 }))],
    ['an empty list of images', JSON.stringify(kept({ ...ENTRY, images: [] }))],
    ['an image of nothing', JSON.stringify(kept({ ...ENTRY, images: [{}] }))],
    ['zero', JSON.stringify(kept({ ...ENTRY, images: [{ '0': ZERO }] }))],
    ['zero beside PCR0', JSON.stringify(kept({ ...ENTRY, images: [{ '0': PCR0, '1': ZERO }] }))],
    [
      'one that is zero among others',
      JSON.stringify(kept({ ...ENTRY, images: [{ '0': PCR0 }, { '0': ZERO }] })),
    ],
    ['no PCR0', JSON.stringify(kept({ ...ENTRY, images: [{ '1': PCR0 }] }))],
    ['a register that there is not', JSON.stringify(kept({ ...ENTRY, images: [{ '0': PCR0, '32': PCR0 }] }))],
    ['a short measurement', JSON.stringify(kept({ ...ENTRY, images: [{ '0': 'abab' }] }))],
    ['any-image in other words', JSON.stringify(kept({ ...ENTRY, images: 'any' }))],
    ['images and measurements', JSON.stringify(kept({ ...ENTRY, measurements: '{}' }))],
    ['no roots', JSON.stringify(kept({ ...ENTRY, roots: [] }))],
    ['a root that is not base64', JSON.stringify(kept({ ...ENTRY, roots: ['***'] }))],
    ['debug mode in other words', JSON.stringify(kept({ ...ENTRY, allowDebug: 'yes' }))],
    ['a key policy that there is not', JSON.stringify(kept({ ...ENTRY, kmsPolicy: 'open' }))],
    ['a service that is no address', JSON.stringify(kept(ENTRY, { services: { '*': ENTRY } }))],
    ['a service in another spelling', JSON.stringify(kept(ENTRY, { services: { [`${URL_}/`]: ENTRY } }))],
    ['a prototype', `{"format":"perf-aggregator/trust/1","services":{"__proto__":${JSON.stringify(OTHER)}}}`],
  ])('%s: it is not used, and not overwritten', (_, text) => {
    writeText(text);
    expect(refused()).toBe('input_malformed');
    expect(refused(() => store.add(null, ENTRY))).toBe('input_malformed');
    expect(refused(() => store.remove(null))).toBe('input_malformed');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('a file without an end is not read', () => {
    writeText(' '.repeat(9 * 1024 * 1024));
    expect(refused()).toBe('input_too_large');
  });
});

describe('when a world stores its own trust', () => {
  const world = () => join(home, 'world-trust.json');
  const read = () => JSON.parse(readFileSync(world(), 'utf8')) as Record<string, unknown>;
  beforeEach(() => keepWorldTrust(home, `${URL_}/`, SIMULATED));

  it('it applies to its own service and to evidence, and to no other service', () => {
    expect(find()).toEqual({ entry: SIMULATED, file: world(), of: 'local world' });
    expect(find(URL_)).toMatchObject({ of: 'local world' });
    expect(find('https://elsewhere.test')).toBeNull();
    expect(statSync(world()).mode & 0o777).toBe(0o600);
  });

  it('the entry of the user takes its place', () => {
    store.add(null, ENTRY);
    expect([find(), find(URL_)]).toMatchObject([{ of: 'default' }, { of: 'default' }]);
    expect(store.all().map(({ of }) => of)).toEqual(['default', 'local world']);
    store.remove(null);
    store.add(URL_, OTHER);
    expect([find()?.of, find(URL_)?.of]).toEqual(['local world', URL_]);
    // The next start writes it again, and the entry of the user stays.
    keepWorldTrust(home, URL_, SIMULATED);
    expect(find(URL_)?.of).toBe(URL_);
  });

  it('it has no effect in another folder, under either name', () => {
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    copyFileSync(world(), join(elsewhere, 'world-trust.json'));
    expect(refused(() => storeIn(elsewhere).find(null))).toBe('trust_unsafe');
    renameSync(join(elsewhere, 'world-trust.json'), join(elsewhere, 'trust.json'));
    expect(refused(() => storeIn(elsewhere).find(null))).toBe('trust_unsafe');
    expect(refused(() => storeIn(elsewhere, world()).find(null))).toBe('input_malformed');
  });

  it('the folder may be reached through a link', () => {
    const link = join(home, 'link');
    symlinkSync(realpathSync(home), link);
    expect(storeIn(link).find(null)).toMatchObject({ of: 'local world' });
  });

  it.each([
    ['no root: it would vouch for real hardware', { entry: ENTRY }],
    ['the root of AWS: it would too', { entry: { ...ENTRY, roots: [encodeBase64(ROOT), AWS] } }],
    ['another format', { format: 'perf-aggregator/trust/1' }],
    ['an unknown member', { default: ENTRY }],
    ['no service', { url: '*' }],
  ])('%s: refused', (_, changes) => {
    write({ ...read(), ...changes }, world());
    expect(refused()).toBe('input_malformed');
  });

  it('a file that others may write is refused', () => {
    chmodSync(world(), 0o666);
    expect(refused()).toBe('trust_unsafe');
  });
});

describe('when options become an entry', () => {
  it('the entry means the same, and no more', () => {
    expect(toEntry({ pcrs: [{ 0: PCR0 }], allowDebug: false }, 1)).toEqual(ENTRY);
    const whole = {
      ...{ pcrs: 'any-image' as const, allowDebug: true, roots: [ROOT] },
      ...{ configSha256: '05'.repeat(32), kmsPolicy: 'locked' as const },
    };
    expect(toEntry(whole, 1)).toEqual({
      ...{ images: 'any-image', allowDebug: true, roots: [encodeBase64(ROOT)] },
      ...{ configSha256: '05'.repeat(32), kmsPolicy: 'locked', addedAt: 1 },
    });
  });
});
