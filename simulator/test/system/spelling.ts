/** How a secret may look where it should not be: every spelling that one of our layers could give it. */

/** Bytes to look for, by name of the spelling. */
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

/** One text that holds every spelling, for planting. */
export function planted(text: string): Buffer {
  return Buffer.concat([...spellings(text).values()].flatMap((spelling) => [spelling, Buffer.from('\n')]));
}

/** Names of the spellings of `text` that stand in `haystack`. */
export function find(haystack: Buffer, text: string): string[] {
  return [...spellings(text)].filter(([, spelling]) => haystack.includes(spelling)).map(([name]) => name);
}

/** The characters of base64 that depend on `bytes` alone when `shift` bytes (modulo 3) come before them. */
function withinBase64(bytes: Buffer, shift: number, alphabet: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString(alphabet)
    .replace(/=+$/, '');
  const end = (bytes.length + shift) % 3 === 0 ? text.length : text.length - 1;
  return text.slice(Math.ceil((shift * 8) / 6), end);
}
