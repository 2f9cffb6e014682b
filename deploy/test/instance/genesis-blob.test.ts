import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openLmdbStore } from '../../../parent/src/storage/lmdb.ts';
import { instanceFile } from '../../src/instance-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'pa-genesis-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Write = (store: ReturnType<typeof openLmdbStore>, file: string) => Promise<void>;

describe('when the canary fetches the wrapped root', () => {
  it('it gets the root that the parent stored, or nothing before the parent stored one', async () => {
    const { writeGenesisBlob } = (await import(instanceFile('genesis-blob.mjs'))) as {
      writeGenesisBlob: Write;
    };
    const store = openLmdbStore(join(folder, 'store'));
    const file = join(folder, 'genesis.blob');
    await writeGenesisBlob(store, file);
    expect(() => readFileSync(file)).toThrow('ENOENT');
    await store.putGenesis({ blob: Uint8Array.of(1, 2, 3), evidence: Uint8Array.of(4) });
    await writeGenesisBlob(store, file);
    await store.close();
    expect([...readFileSync(file)]).toEqual([1, 2, 3]);
  });
});
