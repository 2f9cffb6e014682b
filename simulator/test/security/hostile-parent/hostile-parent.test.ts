/** Enumerates what a hostile parent can do. The table of the outcomes is in docs/testing.md. */
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootAttacks } from './at-boot.ts';
import { swapAttacks } from './by-swap.ts';
import { clockAttacks } from './by-the-clock.ts';
import { frameAttacks } from './in-frames.ts';
import { rollbackAttacks, storeAttacks } from './in-the-store.ts';
import { LeakSearch, PLACES, type Place, type SPELLINGS } from './leaks.ts';
import { MARKERS } from './markers.ts';
import { egressAttacks } from './on-the-way-out.ts';
import { wireAttacks } from './on-the-wire.ts';
import type { AttackClass } from './outcome.ts';
import { httpAttacks, requestAttacks } from './over-http.ts';
import { type Recorded, record } from './recorded.ts';
import { Rig } from './rig.ts';
import { SEED } from './seeded.ts';
import { Tally } from './tally.ts';

const PARTS: Readonly<Record<string, (rig: Rig, recorded: Recorded) => readonly AttackClass[]>> = {
  'between parent and enclave': wireAttacks,
  'in frames': frameAttacks,
  'by an answer over HTTP': httpAttacks,
  'by a request over HTTP': requestAttacks,
  'by what is stored': storeAttacks,
  'by what is genuine elsewhere': swapAttacks,
  'at boot': bootAttacks,
  'by the clock': clockAttacks,
  'on the way out': egressAttacks,
  'by a state turned back or forked': rollbackAttacks,
};

describe(`when the parent is hostile (seed ${SEED})`, () => {
  let rig: Rig;
  let recorded: Recorded;
  let tally: Tally;

  beforeAll(async () => {
    rig = await Rig.start();
    recorded = await record(rig);
    tally = new Tally(rig.leaks);
  });
  afterAll(() => rig.stop());

  for (const [part, attacks] of Object.entries(PARTS)) {
    it(`nobody is deceived ${part}`, async () => {
      const faults: string[] = [];
      for (const attack of attacks(rig, recorded)) faults.push(...(await tally.run(attack)));
      expect(faults.slice(0, 12)).toEqual([]);
    });
  }

  it('finds a secret in any spelling, at any position in a longer text', () => {
    for (const { name, text } of MARKERS) {
      for (const [spelling, write] of Object.entries(WRITERS)) {
        for (const before of ['', 'a', 'ab', 'abc']) {
          const search = new LeakSearch(MARKERS);
          search.see('log', Buffer.concat([Buffer.from([0, 255]), write(`${before}${text}after`)]));
          expect(search.takeFound(), `${name}, ${spelling}`).toContainEqual(`${name} (${spelling}) in log`);
        }
      }
    }
  });

  it('finds a secret that is planted in each place, and has searched all places', async () => {
    const { text } = MARKERS[0]!;
    const bytes = Buffer.from(text);
    const plant: Readonly<Record<Place, () => unknown>> = {
      'enclave channel': () => rig.ask(rig.enclave, bytes),
      http: () => rig.hop({ method: 'GET', path: `/${text}`, body: null }),
      store: () => rig.store.putGenesis({ blob: bytes, evidence: bytes }),
      log: () => rig.log.info({ planted: text }, 'planted'),
      egress: () => planted(`${rig.folder}/egress`, bytes),
    };
    rig.leaks.takeFound();
    for (const place of PLACES) {
      await plant[place]();
      expect(new Set(rig.leaks.takeFound())).toEqual(new Set([`${MARKERS[0]!.name} (raw) in ${place}`]));
      expect(rig.leaks.bytesSeen[place], place).toBeGreaterThan(10_000);
    }
  });

  it('has tried at least 2,000 attacks, with the outcomes that docs/testing.md shows', () => {
    process.stdout.write(`hostile parent, seed ${SEED}\n${tally.table()}\n`);
    expect(tally.total).toBeGreaterThanOrEqual(2_000);
    const documented = readFileSync(new URL('../../../../docs/testing.md', import.meta.url), 'utf8');
    expect(documented).toContain(tally.table());
  });
});

/** The same spellings, made by the functions of the platform. */
const WRITERS: Readonly<Record<keyof typeof SPELLINGS, (text: string) => Buffer>> = {
  raw: (text) => Buffer.from(text),
  'utf-16': (text) => Buffer.from(text, 'utf16le'),
  hex: (text) => Buffer.from(Buffer.from(text).toString('hex')),
  base64: (text) => Buffer.from(Buffer.from(text).toString('base64')),
  base64url: (text) => Buffer.from(Buffer.from(text).toString('base64url')),
};

/** Sends bytes to a socket and waits until it closes. */
function planted(path: string, bytes: Buffer): Promise<unknown> {
  const socket = net.connect({ path });
  socket.end(bytes);
  socket.resume();
  return new Promise((resolve) => socket.once('close', resolve));
}
