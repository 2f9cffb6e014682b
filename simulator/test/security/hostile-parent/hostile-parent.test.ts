/** Everything that a hostile parent can do, enumerated; what came of it is the table in docs/testing.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootAttacks } from './at-boot.ts';
import { swapAttacks } from './by-swap.ts';
import { clockAttacks } from './by-the-clock.ts';
import { frameAttacks } from './in-frames.ts';
import { egressAttacks } from './on-the-way-out.ts';
import { rollbackAttacks, storeAttacks } from './in-the-store.ts';
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

  it('counts', () => {
    process.stdout.write(`${tally.table()}\n`);
  });
});
