/** Searches everything that a parent sees or stores for secrets, in every spelling that a mistake could produce. */

/** A secret with its name. */
export interface Marker {
  readonly name: string;
  readonly text: string;
}

/** Spellings of a text: raw, UTF-16, hex, and base64 at any position in a longer text. */
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

/** The base64 characters that depend on `text` alone when `offset` bytes precede it. */
function innerBase64(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const from = Math.ceil((offset * 8) / 6);
  return bytes.toString('base64').slice(from, Math.floor((bytes.length * 8) / 6));
}

/** The places where a parent could find a secret. */
export const PLACES = ['enclave channel', 'http', 'store', 'log', 'egress'] as const;
export type Place = (typeof PLACES)[number];

/** Searches the bytes that it gets, and collects the findings. */
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

  /** The findings since the last call. */
  takeFound(): string[] {
    return this.found.splice(0);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
