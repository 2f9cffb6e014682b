/** Files of sessions: each contains its own id, and an id becomes a path only when it is valid. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { UsageError } from '../../src/cli/exit.ts';
import { SessionFiles } from '../../src/cli/sessions.ts';
import { ClientError } from '../../src/errors.ts';
import { ClientSession, type ExportedSession } from '../../src/sdk/session.ts';

const ID = 'a'.repeat(43);
const OTHER = 'b'.repeat(43);
const NO_IDS = [
  '../../x',
  '../../../../../../tmp/x',
  `../${'a'.repeat(40)}`,
  `${'a'.repeat(42)}/`,
  `${'a'.repeat(20)}/../${'a'.repeat(19)}`,
  '/etc/passwd',
  `${ID}\n`,
  `${ID}\u0000`,
  'a'.repeat(42),
  'a'.repeat(44),
  '.',
  '',
];

let home: string;
let files: SessionFiles;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-sessions-'));
  files = new SessionFiles(join(home, 'deep/er'));
});
afterEach(() => rmSync(home, { recursive: true }));

const session = (sessionId: string): ExportedSession => ({
  ...{ v: 1, enclaveUrl: 'http://service.test', sessionId, expiresAt: 0, sequence: 0, ledgerHead: null },
  ...{ requestKey: 'AAAA', responseKey: 'AAAA', renewals: 0, simulated: true },
});

/** Every file below `home`. */
const all = () => readdirSync(home, { recursive: true, encoding: 'utf8' }).sort();

describe('when an id is invalid', () => {
  it.each(NO_IDS)('%j never becomes a path', (id) => {
    const outside = join(home, 'x.json');
    writeFileSync(outside, 'kept');
    const before = all();
    expect(codeOf(() => files.save(session(id)), UsageError)).toBe('input_malformed');
    expect(codeOf(() => files.remove(id), UsageError)).toBe('input_malformed');
    expect(all()).toEqual(before);
    expect(readFileSync(outside, 'utf8')).toBe('kept');
  });

  it.each(NO_IDS)('%j is no session of the SDK', (id) => {
    const key = Buffer.alloc(32).toString('base64');
    const exported = { ...session(id), requestKey: key, responseKey: key };
    expect(codeOf(() => ClientSession.parse(exported, systemRandom), ClientError)).toBe('session_malformed');
    expect(ClientSession.parse({ ...exported, sessionId: ID }, systemRandom).id).toBe(ID);
  });
});

describe('when a file contains another session than its name', () => {
  const path = (id: string) => join(home, 'deep/er/sessions', `${id}.json`);

  it.each([OTHER, ...NO_IDS])('the file of %j is refused', (id) => {
    files.save(session(ID));
    writeFileSync(path(ID), JSON.stringify(session(id)));
    for (const prefix of [undefined, ID, 'a']) {
      expect(codeOf(() => files.load(prefix), UsageError)).toBe('input_malformed');
    }
  });

  it.each(['', '{', 'null', '7', '[]', '{}', `{"sessionId":"${OTHER}","sessionId":"${ID}"}`])(
    'a file that holds %j is refused',
    (text) => {
      files.save(session(ID));
      writeFileSync(path(ID), text);
      expect(codeOf(() => files.load(), UsageError)).toBe('input_malformed');
    },
  );

  it('a file whose name is no id is skipped', () => {
    mkdirSync(join(home, 'deep/er/sessions'), { recursive: true });
    for (const name of ['notes', '..', 'a'.repeat(44)])
      writeFileSync(path(name), JSON.stringify(session(ID)));
    expect(codeOf(() => files.load(), UsageError)).toBe('session_missing');
    expect(codeOf(() => files.load('../../x'), UsageError)).toBe('session_missing');
  });

  it('a valid file is found by the beginning of its id, read, and removed', () => {
    files.save(session(ID));
    files.save(session(OTHER));
    expect(files.load('a')).toEqual(session(ID));
    expect(files.load('b')).toEqual(session(OTHER));
    files.remove(ID);
    expect([existsSync(path(ID)), existsSync(path(OTHER))]).toEqual([false, true]);
  });
});
