/** Spellings of a secret: every form that one of our layers could give it. */

/** The bytes to search for, by name of the spelling. */
export function spellings(text: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(text);
  return new Map([
    ['raw', bytes],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
    ...[0, 1, 2].flatMap((shift): [string, Buffer][] => [
      [`base64 +${shift}`, Buffer.from(withinBase64(bytes, shift, 'base64'))],
      [`base64url +${shift}`, Buffer.from(withinBase64(bytes, shift, 'base64url'))],
    ]),
  ]);
}

/** A text with every spelling, for planting. */
export function planted(text: string): Buffer {
  return Buffer.concat([...spellings(text).values()].flatMap((spelling) => [spelling, Buffer.from('\n')]));
}

/** Names of the spellings of `text` that occur in `haystack`. */
export function find(haystack: Buffer, text: string): string[] {
  return [...spellings(text)].filter(([, spelling]) => haystack.includes(spelling)).map(([name]) => name);
}

/** The base64 characters that depend on `bytes` alone when `shift` bytes (modulo 3) precede them. */
function withinBase64(bytes: Buffer, shift: number, alphabet: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString(alphabet)
    .replace(/=+$/, '');
  const end = (bytes.length + shift) % 3 === 0 ? text.length : text.length - 1;
  return text.slice(Math.ceil((shift * 8) / 6), end);
}
