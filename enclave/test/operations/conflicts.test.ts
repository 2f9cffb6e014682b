import { describe, expect, it } from 'vitest';
import { NOON } from '../sessions/states.ts';
import { openForReading } from './reads.ts';

describe('when a venue returns two versions of one entry', () => {
  it('metrics report that from then on, for its account and for all accounts', async () => {
    const { session, vault, read } = openForReading();
    const conflicts = async (parameters: object = {}) => {
      const { dataQuality } = (await read('metrics', parameters)) as {
        dataQuality: { conflictCount: number };
      };
      return dataQuality.conflictCount;
    };
    expect(await conflicts()).toBe(0);
    const before = session();
    const [known] = before.ledger.entries;
    const observed = before.ledger.fresh({ entries: [known!, { ...known!, time: NOON }], marks: [] });
    vault.write(before, before.state, observed, null);
    expect(await conflicts()).toBe(1);
    expect(await conflicts({ account: known!.account })).toBe(1);
    expect(await conflicts({ account: known!.account === 'a0' ? 'a1' : 'a0' })).toBe(0);
  });
});
