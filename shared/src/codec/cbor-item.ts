/** The result of `cbor-decode.ts`: the generic data model of RFC 8949 §2, without what this project refuses. */

/** A decoded item. Integers beyond ±(2^53 − 1) are `bigint`; byte strings are views of the input. */
export type CborItem =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | CborTag
  | readonly CborItem[]
  | CborMap;

/** Keys of a map: text or integers. */
export type CborKey = string | number | bigint;

/** A decoded map, in the order of the bytes. */
export type CborMap = ReadonlyMap<CborKey, CborItem>;

/** A tagged item (RFC 8949 §3.4); only with `allowTags`. */
export class CborTag {
  readonly tag: number | bigint;
  readonly content: CborItem;

  constructor(tag: number | bigint, content: CborItem) {
    this.tag = tag;
    this.content = content;
  }
}
