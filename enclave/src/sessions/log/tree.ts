/**
 * The Merkle tree over a session's leaves (RFC 6962 §2.1, SHA-256). What is kept is enough to append and to give the
 * root: the hash of each full tile of 256 leaves (C2SP tlog-tiles, tile height 8), and the leaves of the last tile,
 * which is not full. A tree is a value, and appending makes a new one.
 */
import { concatBytes, equalBytes } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';

/** Leaves of a full tile. */
export const TILE_LEAVES = 256;
/** Bytes of a hash. */
export const HASH_BYTES = 32;

const NODE_PREFIX = Uint8Array.of(0x01);
const NOTHING = new Uint8Array();

export class MerkleTree {
  /** Hashes of the full tiles, one after the other. */
  readonly tiles: Uint8Array;
  /** Leaves of the last tile, one after the other: at most 255. */
  readonly leaves: Uint8Array;

  /** @throws RangeError for bytes that are no such lists */
  constructor(tiles: Uint8Array = NOTHING, leaves: Uint8Array = NOTHING) {
    const isWhole = tiles.length % HASH_BYTES === 0 && leaves.length % HASH_BYTES === 0;
    if (!isWhole || leaves.length >= TILE_LEAVES * HASH_BYTES) throw new RangeError('no tree');
    this.tiles = tiles;
    this.leaves = leaves;
  }

  /** How many leaves the tree has. */
  get size(): number {
    return (this.tiles.length / HASH_BYTES) * TILE_LEAVES + this.leaves.length / HASH_BYTES;
  }

  /** The tree with one more leaf. */
  append(leaf: Uint8Array): MerkleTree {
    const leaves = concatBytes(this.leaves, leaf);
    if (leaves.length < TILE_LEAVES * HASH_BYTES) return new MerkleTree(this.tiles, leaves);
    return new MerkleTree(concatBytes(this.tiles, rootOf(hashesOf(leaves))), NOTHING);
  }

  /** Root of all leaves; of no leaves SHA-256 of nothing. */
  root(): Uint8Array {
    return rootOver(this.tiles, this.leaves);
  }

  /**
   * Root of the first `size` leaves. It is known here when they end in the last tile or with a tile. For any other size
   * the caller brings the leaves of the tile in which they end.
   * @param tile - the 256 leaves of tile ⌊size / 256⌋, one after the other
   * @returns null: the leaves of that tile are needed
   * @throws RangeError for a size beyond the tree, and for leaves that are not those of the tile
   */
  rootAt(size: number, tile?: Uint8Array): Uint8Array | null {
    if (!Number.isInteger(size) || size < 0 || size > this.size) throw new RangeError('no such size');
    const full = Math.floor(size / TILE_LEAVES);
    const rest = (size % TILE_LEAVES) * HASH_BYTES;
    const tiles = this.tiles.subarray(0, full * HASH_BYTES);
    if (rest === 0) return rootOver(tiles, NOTHING);
    if (tiles.length === this.tiles.length) return rootOver(tiles, this.leaves.subarray(0, rest));
    if (tile === undefined) return null;
    const known = this.tiles.subarray(full * HASH_BYTES, (full + 1) * HASH_BYTES);
    const isWhole = tile.length === TILE_LEAVES * HASH_BYTES;
    if (!isWhole || !equalBytes(rootOf(hashesOf(tile)), known))
      throw new RangeError('leaves of another tile');
    return rootOver(tiles, tile.subarray(0, rest));
  }
}

/**
 * A full tile is a complete subtree of eight levels. So the tree over leaves is the tree over the hashes of the tiles,
 * with the root of the rest as the last one.
 */
function rootOver(tiles: Uint8Array, rest: Uint8Array): Uint8Array {
  const nodes = hashesOf(tiles);
  if (rest.length > 0) nodes.push(rootOf(hashesOf(rest)));
  return rootOf(nodes);
}

/** RFC 6962 §2.1 over hashes that are already those of leaves or of complete subtrees. */
function rootOf(nodes: readonly Uint8Array[]): Uint8Array {
  if (nodes.length === 0) return crypto.sha256(NOTHING);
  if (nodes.length === 1) return nodes[0]!;
  const split = largestPowerBelow(nodes.length);
  return crypto.sha256(concatBytes(NODE_PREFIX, rootOf(nodes.slice(0, split)), rootOf(nodes.slice(split))));
}

/** The largest power of two that is less than `count`, which is at least 2. */
function largestPowerBelow(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1));
}

function hashesOf(bytes: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += HASH_BYTES) hashes.push(bytes.subarray(at, at + HASH_BYTES));
  return hashes;
}
