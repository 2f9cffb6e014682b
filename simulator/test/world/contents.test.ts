/** What a reset may delete, and in which folders a world may start. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLocalWorld } from '../../src/local-world.ts';
import { assertUsable, resetWorld, surveyWorld } from '../../src/world/contents.ts';
import { WorldError, WorldFiles } from '../../src/world/files.ts';
import { lockWorld, systemProcesses } from '../../src/world/lock.ts';
import { openWorldState } from '../../src/world/state.ts';

const REAL = { v: 1, enclaveUrl: 'https://perf.example.com', simulated: false };
let parent: string;
let home: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'pa-contents-'));
  home = join(parent, 'home');
});
afterEach(() => rmSync(parent, { recursive: true }));

const put = (path: string, text = 'x') => {
  mkdirSync(join(home, path, '..'), { recursive: true });
  writeFileSync(join(home, path), text);
};
const tree = () => readdirSync(parent, { recursive: true, encoding: 'utf8' }).sort();
const clock = { now: () => Date.UTC(2026, 10, 1) };

/** A complete world folder after a run. */
async function makeWhole(): Promise<void> {
  await openWorldState(new WorldFiles(home), { clock, random: systemRandom });
  lockWorld(home)();
  for (const name of ['store/data.mdb', 'store/lock.mdb', 'logs/parent.log', 'logs/enclave.log']) put(name);
  put('logs/internet.log');
  put('report.json');
  put(
    'sessions/FjVA4iW1AOEACuoVPNBKNzTfdUjqvTE7drw2pseCFus.json',
    JSON.stringify({ ...REAL, simulated: true }),
  );
}

function refusal(work: () => unknown): WorldError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(WorldError);
    return error as WorldError;
  }
  throw new Error('it was not refused');
}

describe('when a world is reset', () => {
  beforeEach(makeWhole);

  it('the whole world is deleted, and nothing outside it', () => {
    writeFileSync(join(parent, 'mine'), 'x');
    expect(surveyWorld(home)).toMatchObject({ isWorld: true, foreign: [] });
    expect(resetWorld(home)).toEqual({ deleted: true, kept: [] });
    expect(tree()).toEqual(['mine']);
    expect(resetWorld(home)).toEqual({ deleted: false, kept: [] });
  });

  it('files that a run left half written are deleted too', () => {
    for (const name of [
      'role.json.new',
      'lock-3.json.77.new',
      'sessions/a.json.new',
      'sessions/a.json.5.new',
    ]) {
      put(name);
    }
    put('sessions/trial.12.new');
    expect(resetWorld(home).deleted).toBe(true);
    expect(existsSync(home)).toBe(false);
  });

  it('a session of a real service stays, and so does an unreadable one', () => {
    put('sessions/real.json', JSON.stringify(REAL));
    put('sessions/broken.json', '{');
    put('sessions/nothing.json', 'null');
    const kept = ['sessions/broken.json', 'sessions/nothing.json', 'sessions/real.json'];
    expect(resetWorld(home).kept.toSorted()).toEqual(kept);
    expect(tree()).toEqual(['home', 'home/sessions', ...kept.map((name) => `home/${name}`)]);
  });

  it('the trust file of the world is deleted; that of the user stays, and a new world may start', () => {
    put('world-trust.json');
    put('world-trust.json.77.new');
    put('trust.json.77.new');
    put('trust.json', '{}');
    expect(resetWorld(home)).toEqual({ deleted: true, kept: ['trust.json'] });
    expect(tree()).toEqual(['home', 'home/trust.json']);
    expect(() => assertUsable(home)).not.toThrow();
  });

  it.each([
    ['a file', () => put('notes.txt'), 'notes.txt'],
    ['a hidden one', () => put('.keep'), '.keep'],
    ['a folder', () => mkdirSync(join(home, 'photos')), 'photos'],
    ['a file in the store', () => put('store/mine.mdb'), 'store/mine.mdb'],
    ['a file among the logs', () => put('logs/mine.log'), 'logs/mine.log'],
    ['a file among the sessions', () => put('sessions/mine.txt'), 'sessions/mine.txt'],
    ['a folder among the logs', () => mkdirSync(join(home, 'logs', 'parent.log.d')), 'logs/parent.log.d'],
    ['a folder under a file’s name', () => mkdirSync(join(home, 'report.json.new')), 'report.json.new'],
    ['a link under a log’s name', () => relink('logs/parent.log'), 'logs/parent.log'],
    ['a link under the store’s name', () => relink('store'), 'store'],
    ['a name that would move a terminal’s cursor', () => put('a\n\u001b[2Jb'), 'a\\n\\u001b[2Jb'],
    ['two things', () => [put('a.txt'), put('b.txt')], 'a.txt and 1 more'],
  ])('%s that no world makes prevents the reset', (_, make, named) => {
    make();
    const before = tree();
    const refused = refusal(() => resetWorld(home));
    expect([refused.code, refused.message]).toEqual([
      'world_foreign',
      `${home} holds ${named}, which no world makes; nothing was deleted: move it away first`,
    ]);
    expect(tree()).toEqual(before);
  });

  it('a world that cannot be deleted is refused with a code', () => {
    // No lock can be made, because a folder has its name.
    mkdirSync(join(home, `lock-2.json.${process.pid}.new`));
    expect(refusal(() => resetWorld(home)).code).toBe('world_foreign');
    rmdirSync(join(home, `lock-2.json.${process.pid}.new`));
    const blocked = {
      ...systemProcesses(),
      isAlive: () => {
        mkdirSync(join(home, `lock-2.json.${process.pid}.new`), { recursive: true });
        return false;
      },
    };
    expect(refusal(() => resetWorld(home, blocked))).toMatchObject({
      code: 'world_unwritable',
      message: `${home} cannot be written or deleted (EISDIR)`,
    });
    expect(existsSync(join(home, 'venue.json'))).toBe(true);
  });

  it('a world that is in use stays', () => {
    const release = lockWorld(home);
    const before = tree();
    expect(refusal(() => resetWorld(home)).code).toBe('world_in_use');
    expect(tree()).toEqual(before);
    release();
    expect(resetWorld(home).deleted).toBe(true);
  });

  it('a link to a world is not followed', () => {
    const link = join(parent, 'link');
    symlinkSync(home, link);
    for (const place of [link, `${link}/`, `${link}/../link`, `${link}//`]) {
      expect(refusal(() => resetWorld(place))).toMatchObject({ code: 'world_foreign' });
    }
    expect(existsSync(join(home, 'venue.json'))).toBe(true);
  });

  it.each(['nsm.json', 'nsm-root.pem', 'kms.json', 'pki.json', 'ca.pem', 'role.json', 'venue.json'])(
    'a folder without %s is not a world',
    (name) => {
      rmSync(join(home, name));
      const before = tree();
      expect(refusal(() => resetWorld(home)).message).toBe(`${home} holds no world; nothing was deleted`);
      expect(tree()).toEqual(before);
    },
  );

  /** Replaces a part of the world by a link to a folder of the user. */
  function relink(name: string): void {
    writeFileSync(join(parent, 'precious'), 'x');
    rmSync(join(home, name), { recursive: true });
    symlinkSync(parent, join(home, name));
  }
});

describe('when a folder does not belong to a world', () => {
  it.each([
    ['somebody’s home', () => homedir()],
    ['the root', () => '/'],
    ['an empty folder', () => mkdtempSync(join(parent, 'empty-'))],
    ['a file', () => join(parent, 'file')],
    ['a folder with a venue.json', () => join(home)],
  ])('%s is not reset', (name, place) => {
    writeFileSync(join(parent, 'file'), 'x');
    if (name.includes('venue.json')) put('venue.json', '{}');
    expect(refusal(() => resetWorld(place())).code).toBe('world_foreign');
    expect(existsSync(join(parent, 'file'))).toBe(true);
  });

  it('a world does not start in it, and it stays unchanged, including its permissions', async () => {
    put('thesis.tex');
    const { mode } = statSync(home);
    const starting = startLocalWorld({
      ...{ home, host: '127.0.0.1', port: 0, clock, random: systemRandom },
      onDeath: () => undefined,
      onGiveUp: () => undefined,
    });
    await expect(starting).rejects.toMatchObject({
      code: 'world_foreign',
      message: `${home} is no folder of a world: it holds thesis.tex; name another one with --home`,
    });
    expect([tree(), statSync(home).mode]).toEqual([['home', 'home/thesis.tex'], mode]);
  });

  it('a world may start where nothing is, beside sessions of the command line, and in a world', async () => {
    assertUsable(home);
    mkdirSync(home);
    assertUsable(home);
    put('sessions/real.json', JSON.stringify(REAL));
    assertUsable(home);
    await makeWhole();
    put('part.json');
    assertUsable(home);
    expect(readFileSync(join(home, 'sessions/real.json'), 'utf8')).toBe(JSON.stringify(REAL));
  });
});

describe('when a folder cannot be written', () => {
  it('a world refuses it with a code', () => {
    writeFileSync(home, 'a file');
    expect(refusal(() => new WorldFiles(join(home, 'inside'))).code).toBe('world_unwritable');
    rmSync(home);
    const files = new WorldFiles(home);
    mkdirSync(join(home, 'kms.json'));
    expect(refusal(() => files.write('kms.json', {}))).toMatchObject({
      code: 'world_unwritable',
      message: `${join(home, 'kms.json')} cannot be written or deleted (EISDIR)`,
    });
  });
});

describe('when a simulation runs in a folder', () => {
  it('a second one is refused before it changes anything', async () => {
    await makeWhole();
    const release = lockWorld(home);
    const before = tree();
    const starting = startLocalWorld({
      ...{ home, host: '127.0.0.1', port: 0, clock, random: systemRandom },
      onDeath: () => undefined,
      onGiveUp: () => undefined,
    });
    await expect(starting).rejects.toMatchObject({ code: 'world_in_use' });
    expect(tree()).toEqual(before);
    release();
  });
});
