/**
 * Entry of a process of its own: does with a store, by LMDB itself, what the parent is about to do with it, so that a
 * damaged one ends this process and not the parent. It reads every key and value. On a copy it also takes every free page
 * into use, writes everything anew, and reads once more: what is in use and called free shows by being written over. Exit
 * code 0: all went well; else the standard error says what did not.
 *
 *   walk.mjs read FOLDER      FOLDER holds `data.mdb`, which is left as it is
 *   walk.mjs rewrite FOLDER   `data.mdb` is a copy; FOLDER is removed as soon as it is open
 *
 * JavaScript, since it is started by its path: from the sources as from what was built of them.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';

/** Keys that are written in one transaction. */
const BATCH = 500;

/** Pages that are written beyond those that are free. */
const SPARE = 64;
/** Where in a meta page LMDB (data version 2) keeps the number of its transaction. */
const META_TRANSACTION = 152;

/**
 * @typedef {{ readonly pageSize: number, readonly entryCount: number, readonly treeBranchPageCount: number,
 *   readonly treeLeafPageCount: number, readonly overflowPages: number }} TreeStats
 */
/** @typedef {TreeStats & { readonly lastPageNumber: number, readonly lastTxnId: number, readonly free: TreeStats }} Stats */
/** @typedef {{ name: string, database: import('lmdb').Database<Buffer, Buffer> }} Named */

/** @param {string} mode @param {string} folder */
function check(mode, folder) {
  const isCopy = mode === 'rewrite';
  // As the store opens it; but a copy need not reach the disk, and keys and values are bytes.
  const root = open({ path: folder, maxDbs: 8, overlappingSync: false, readOnly: !isCopy, noSync: isCopy });
  const { pageSize, lastPageNumber, lastTxnId, free } = statsOf(root);
  checkFile(join(folder, 'data.mdb'), pageSize, lastTxnId);
  if (isCopy) rmSync(folder, { recursive: true });
  /** @type {readonly Named[]} */
  const databases = namesOf(root).map((name) => {
    const database = root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' });
    return { name, database: /** @type {Named['database']} */ (database) };
  });
  const before = digestOf(databases);
  if (!isCopy) return;
  const used = [root, ...databases.map(({ database }) => database)].map((each) => pagesOf(statsOf(each)));
  fill(root, lastPageNumber - used.reduce((sum, pages) => sum + pages, pagesOf(free)));
  for (const { database } of databases) rewrite(database);
  const isSame = digestOf(databases) === before && namesOf(root).length === databases.length + 1;
  if (!isSame) throw new Error('what is written anew reads otherwise');
}

/**
 * What LMDB does not look at, since it could go on: with the transaction before the last, or without the last bytes.
 * @param {string} path @param {number} pageSize @param {number} lastTransaction
 */
function checkFile(path, pageSize, lastTransaction) {
  if (statSync(path).size % pageSize !== 0) throw new Error('the file ends within a page');
  const file = openSync(path, 'r');
  const transactions = [0, 1].map((meta) => {
    const bytes = Buffer.alloc(8);
    readSync(file, bytes, 0, 8, meta * pageSize + META_TRANSACTION);
    return Number(bytes.readBigUInt64LE());
  });
  closeSync(file);
  const [older = 0, newer = 0] = transactions.toSorted((a, b) => a - b);
  if (newer !== lastTransaction) throw new Error('the last transaction cannot be read');
  if (newer - older !== 1) throw new Error('the two last transactions do not follow each other');
}

/** Names of all databases of the file. @param {import('lmdb').RootDatabase} root */
function namesOf(root) {
  const names = [...root.getKeys()].map(String);
  if (names.length !== statsOf(root).entryCount)
    throw new Error('another number of databases than is counted');
  return names;
}

/**
 * Reads everything.
 * @param {readonly Named[]} databases
 * @returns {string} a digest of all names, keys and values
 */
function digestOf(databases) {
  const hash = createHash('sha256');
  for (const { name, database } of databases) {
    const { entryCount } = statsOf(database);
    hash.update(`${name} ${entryCount} `);
    let count = 0;
    let previous = Buffer.alloc(0);
    for (const { key, value } of database.getRange()) {
      count += 1;
      if (count > entryCount) throw new Error(`${name}: more entries than are counted`);
      if (count > 1 && Buffer.compare(previous, key) >= 0) throw new Error(`${name}: keys out of order`);
      previous = Buffer.from(key);
      hash.update(`${key.length} ${value.length} `).update(key).update(value);
    }
    if (count < entryCount) throw new Error(`${name}: fewer entries than are counted`);
  }
  return hash.digest('hex');
}

/** @param {TreeStats} stats */
function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }) {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}

/**
 * Writes as many pages as are free, and some more, at once: LMDB takes the free ones first, however old their lists.
 * @param {import('lmdb').RootDatabase} root @param {number} pages
 */
function fill(root, pages) {
  const database = root.openDB('filling', { encoding: 'binary' });
  // More than half a page, so that each value has a page of its own.
  const value = Buffer.alloc(3_000, 'filling ');
  database.transactionSync(() => {
    for (let page = 0; page < pages + SPARE; page++) database.putSync(page, value);
  });
}

/**
 * Takes every entry out and puts it in again: each page that can be written is, and free ones are taken into use.
 * @param {Named['database']} database
 */
function rewrite(database) {
  const keys = [...database.getKeys()].map((key) => Buffer.from(key));
  for (let at = 0; at < keys.length; at += BATCH) {
    database.transactionSync(() => {
      for (const key of keys.slice(at, at + BATCH)) {
        const value = Buffer.from(database.get(key) ?? []);
        database.removeSync(key);
        database.putSync(key, value);
      }
    });
  }
}

/** @param {{ getStats(): object }} database */
function statsOf(database) {
  return /** @type {Stats} */ (database.getStats());
}

try {
  const [mode = '', folder = ''] = process.argv.slice(2);
  check(mode, folder);
  process.exit(0);
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
