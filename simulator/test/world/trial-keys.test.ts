/** Trial keys: the files that a world offers, and what the venue knows of each key. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOON } from '../../../enclave/test/sessions/states.ts';
import { WorldFiles } from '../../src/world/files.ts';
import { trialCustomers } from '../../src/world/internet.ts';
import { openWorldState } from '../../src/world/state.ts';
import { SECOND_HISTORY_DAYS, type TrialKeys } from '../../src/world/trial-keys.ts';

const KINDS = ['read-only', 'second', 'trading', 'withdrawal'];
const making = { clock: { now: () => NOON }, random: systemRandom, seed: 'trial' };

let home: string;
let files: WorldFiles;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-keys-'));
  files = new WorldFiles(home);
});
afterEach(() => rmSync(home, { recursive: true }));

const secretOf = (name: string) => readFileSync(join(home, 'keys', name), 'utf8');

describe('when a world is opened', () => {
  it('it contains keys of every kind, readable only by its owner, and a page that names each', async () => {
    const { venue } = await openWorldState(files, making);
    const names = KINDS.flatMap((kind) => [`${kind}.key`, `${kind}.secret`]);
    expect(readdirSync(join(home, 'keys')).sort()).toEqual(['README.md', ...names].sort());
    for (const name of names) {
      expect(secretOf(name)).toMatch(/^[0-9a-f]{64}\n$/);
      expect(statSync(join(home, 'keys', name)).mode & 0o777).toBe(0o600);
    }
    expect(new Set(names.map(secretOf)).size).toBe(names.length);
    expect(secretOf('read-only.key').trim()).toBe(venue.apiKey);
    expect(secretOf('read-only.secret').trim()).toBe(venue.apiSecret);
    for (const kind of KINDS) expect(secretOf('README.md')).toContain(`- \`${kind}\`: `);
    expect(secretOf('README.md')).toContain(`--api-key-file ${home}/keys/second.key`);
    expect(secretOf('README.md')).toContain(`--root ${home}/nsm-root.pem`);
  });

  it('the keys stay the same, and an older world gets them', async () => {
    await openWorldState(files, making);
    const before = secretOf('trading.key');
    rmSync(join(home, 'keys'), { recursive: true });
    await openWorldState(files, making);
    expect(secretOf('trading.key')).toBe(before);
    rmSync(join(home, 'keys.json'));
    await openWorldState(files, making);
    expect(secretOf('trading.key')).not.toBe(before);
  });
});

describe('when the venue gets the keys', () => {
  it('each has the permissions in its name, and one has a separate account', async () => {
    const { venue } = await openWorldState(files, making);
    const customers = trialCustomers(venue, files.read<TrialKeys>('keys.json'));
    const [second, trading, withdrawal] = customers;
    expect(customers.map(({ apiKey }) => `${apiKey}\n`)).toEqual(
      KINDS.slice(1).map((kind) => secretOf(`${kind}.key`)),
    );
    expect(customers.map(({ permissions }) => permissions)).toEqual([
      { read: true, trade: false, withdraw: false },
      { read: true, trade: true, withdraw: false },
      { read: true, trade: true, withdraw: true },
    ]);
    expect([trading!.uid, withdrawal!.uid]).toEqual([venue.uid, venue.uid]);
    expect(withdrawal!.history).toEqual(trading!.history);
    expect(second!.uid).not.toBe(venue.uid);
    expect(second!.history.lastDay - second!.history.firstDay + 1).toBe(SECOND_HISTORY_DAYS);
    expect(second!.history.events).not.toEqual(trading!.history.events.slice(-second!.history.events.length));
  });

  it('the history of the second account is no longer than that of the first', async () => {
    const { venue } = await openWorldState(files, { ...making, historyDays: 30 });
    const [second] = trialCustomers(venue, files.read<TrialKeys>('keys.json'));
    expect(second!.history.lastDay - second!.history.firstDay + 1).toBe(30);
  });
});
