/** CRC-32 as in IEEE 802.3 and zlib (CRC-32/ISO-HDLC), of a message in pieces. */
const TABLES = makeTables();

export class Crc32 {
  #state = 0xffffffff;

  update(piece: Uint8Array): void {
    const [t0, t1, t2, t3] = TABLES;
    let state = this.#state;
    let at = 0;
    // Four bytes a step ("slicing"), because an image has hundreds of MiB.
    for (const end = piece.length - 3; at < end; at += 4) {
      state ^= piece[at]! | (piece[at + 1]! << 8) | (piece[at + 2]! << 16) | (piece[at + 3]! << 24);
      state = t3[state & 0xff]! ^ t2[(state >>> 8) & 0xff]! ^ t1[(state >>> 16) & 0xff]! ^ t0[state >>> 24]!;
    }
    for (; at < piece.length; at++) state = t0[(state ^ piece[at]!) & 0xff]! ^ (state >>> 8);
    this.#state = state;
  }

  /** The checksum of all bytes so far, 0 .. 2³² − 1. */
  get value(): number {
    return (this.#state ^ 0xffffffff) >>> 0;
  }
}

/** Remainders of a byte, and of a byte followed by one, two and three zero bytes. */
function makeTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    }
    return remainder;
  });
  const behind = (table: Int32Array) => table.map((value) => first[value & 0xff]! ^ (value >>> 8));
  const second = behind(first);
  const third = behind(second);
  return [first, second, third, behind(third)];
}
