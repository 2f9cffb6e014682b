/** Looks for secrets in everything that a parent sees or keeps, in every spelling that a slip could give them. */

/** A secret under the name of what it is. */
export interface Marker {
  readonly name: string;
  readonly text: string;
}

/** Spellings of a text: raw, UTF-16, hex, and base64 wherever in a longer text it begins. */
export const SPELLINGS: Readonly<Record<string, (text: string) => readonly Buffer[]>> = {
  raw: (text) => [Buffer.from(text)],
  'utf-16': (text) => {
    const little = Buffer.from(text, 'utf16le');
    return [little, Buffer.from(little).swap16()];
  },
  hex: (text) => {
    const hex = Buffer.from(text).toString('hex');
    return [Buffer.from(hex), Buffer.from(hex.toUpperCase())];
  },
  base64: (text) => [0, 1, 2].map((offset) => Buffer.from(innerBase64(text, offset))),
  base64url: (text) =>
    [0, 1, 2].map((offset) =>
      Buffer.from(innerBase64(text, offset).replaceAll('+', '-').replaceAll('/', '_')),
    ),
};

/** The characters of base64 that depend on `text` alone when `offset` bytes stand before it. */
function innerBase64(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const from = Math.ceil((offset * 8) / 6);
  return bytes.toString('base64').slice(from, Math.floor((bytes.length * 8) / 6));
}

/** Where a parent could come by something. */
export const PLACES = ['enclave channel', 'http', 'store', 'log', 'egress'] as const;
export type Place = (typeof PLACES)[number];

/** Searches what it is shown, and remembers what it found. */
export class LeakSearch {
  readonly found: string[] = [];
  readonly bytesSeen: Record<Place, number> = { 'enclave channel': 0, http: 0, store: 0, log: 0, egress: 0 };
  readonly #needles: readonly { readonly name: string; readonly bytes: Buffer }[];

  constructor(markers: readonly Marker[]) {
    this.#needles = markers.flatMap(({ name, text }) =>
      Object.entries(SPELLINGS).flatMap(([spelling, spell]) =>
        spell(text).map((bytes) => ({ name: `${name} (${spelling})`, bytes })),
      ),
    );
  }

  see(place: Place, seen: Uint8Array | string): void {
    const bytes = typeof seen === 'string' ? Buffer.from(seen) : asBuffer(seen);
    this.bytesSeen[place] += bytes.length;
    for (const needle of this.#needles) {
      if (bytes.includes(needle.bytes)) this.found.push(`${needle.name} in ${place}`);
    }
  }

  /** What was found since the last call. */
  takeFound(): string[] {
    return this.found.splice(0);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
