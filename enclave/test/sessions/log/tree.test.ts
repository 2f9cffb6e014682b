import { createHash } from 'node:crypto';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { describe, expect, it } from 'vitest';
import { MerkleTree, TILE_LEAVES } from '../../../src/sessions/log/tree.ts';

/**
 * Inputs and roots of the known-answer test of google/certificate-transparency, for trees of 0 to 8 leaves
 * (cpp/merkletree/merkle_tree_test.cc, commit 0e901cac; Apache-2.0).
 */
const INPUTS = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const sha256 = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  );
const leafOf = (input: Uint8Array) => sha256(Uint8Array.of(0), input);
const grown = (leaves: readonly Uint8Array[]) =>
  leaves.reduce((tree, leaf) => tree.append(leaf), new MerkleTree());

/** RFC 6962 §2.1, as it is written there. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (2 * split < leaves.length) split *= 2;
  return sha256(Uint8Array.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

describe('when a tree grows', () => {
  it('it has the roots of the reference test', () => {
    const leaves = INPUTS.map((input) => leafOf(decodeHex(input)));
    expect(ROOTS.map((_, size) => encodeHex(grown(leaves.slice(0, size)).root()))).toEqual(ROOTS);
    expect(ROOTS.map((_, size) => encodeHex(grown(leaves).rootAt(size)!))).toEqual(ROOTS);
  });

  const leaves = Array.from({ length: 3 * TILE_LEAVES + 5 }, (_, i) => leafOf(Uint8Array.of(i >> 8, i)));

  it('it has the roots of RFC 6962 at every size, over tiles', () => {
    let tree = new MerkleTree();
    for (const [size, leaf] of leaves.entries()) {
      expect(tree.size).toBe(size);
      if (size % 37 === 0 || size % TILE_LEAVES < 3 || size % TILE_LEAVES > 253) {
        expect(encodeHex(tree.root()), String(size)).toBe(encodeHex(rootOf(leaves.slice(0, size))));
      }
      tree = tree.append(leaf);
    }
    expect([tree.tiles.length, tree.leaves.length]).toEqual([3 * 32, 5 * 32]);
    expect(new MerkleTree(tree.tiles, tree.leaves).root()).toEqual(rootOf(leaves));
  });

  it('older roots are known in the last tile and at the ends of tiles, and elsewhere with the leaves', () => {
    const tree = grown(leaves);
    for (const size of [0, 256, 512, 768, 769, 772, 773]) {
      expect(encodeHex(tree.rootAt(size)!), String(size)).toBe(encodeHex(rootOf(leaves.slice(0, size))));
    }
    for (const size of [1, 255, 257, 300, 511, 767]) {
      expect(tree.rootAt(size)).toBeNull();
      const tile = Math.floor(size / TILE_LEAVES);
      const of = (at: number) => concatBytes(...leaves.slice(at * TILE_LEAVES, (at + 1) * TILE_LEAVES));
      expect(tree.rootAt(size, of(tile))).toEqual(rootOf(leaves.slice(0, size)));
      expect(() => tree.rootAt(size, of((tile + 1) % 3))).toThrow(RangeError);
      expect(() => tree.rootAt(size, of(tile).subarray(32))).toThrow(RangeError);
    }
  });

  it('a tree stays as it was when another grew from it', () => {
    const tree = grown(leaves.slice(0, 255));
    const [one, other] = [tree.append(leaves[0]!), tree.append(leaves[1]!)];
    expect([tree.size, one.size, other.size]).toEqual([255, 256, 256]);
    expect(tree.root()).toEqual(rootOf(leaves.slice(0, 255)));
    expect(one.root()).not.toEqual(other.root());
  });

  it.each([-1, 774, 1.5, Number.NaN])('there is no root at size %d', (size) => {
    expect(() => grown(leaves).rootAt(size)).toThrow(RangeError);
  });

  it.each([
    [31, 0],
    [0, 33],
    [32, 256 * 32],
  ])('%i bytes of tiles and %i of leaves are no tree', (tiles, rest) => {
    expect(() => new MerkleTree(new Uint8Array(tiles), new Uint8Array(rest))).toThrow(RangeError);
  });
});
