// Writes the wrapped root out of the parent's store, for the canary to try: node genesis-blob.mjs STORE FILE
// Runs inside the parent's root file system, on the parent's own code. The blob is no secret: only the enclave opens it.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Writes the blob of `store` to `file`; nothing if there was no genesis yet. */
export async function writeGenesisBlob(store, file) {
  const record = await store.genesis();
  if (record !== null) writeFileSync(file, record.blob);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , path, file] = process.argv;
  const { openLmdbStore } = await import(pathToFileURL(`${process.cwd()}/dist/storage/lmdb.js`).href);
  const store = openLmdbStore(path);
  await writeGenesisBlob(store, file);
  await store.close();
}
