/**
 * Text of others made harmless for a terminal: what would move its cursor, colour or turn a line, or stand there unseen,
 * is shown as the escape that JSON has for it. In JSON it means the same as before.
 */

/**
 * Controls (C0, DEL, C1), format characters (bidirectional ones, joiners, tags), separators of lines and paragraphs,
 * blanks that are not the blank, characters that Unicode says may be left out of sight, the empty braille cell, and
 * what is private, a lone half or not assigned.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** `text` on lines of its own: line feeds stay, for they are ours where {@link cleanLine} was used on what is not. */
export function clean(text: string): string {
  return text.replaceAll(UNSEEN, (letter) => (letter === '\n' ? letter : escaped(letter)));
}

/** `text` in one line. */
export function cleanLine(text: string): string {
  return text.replaceAll(UNSEEN, escaped);
}

/** Each UTF-16 code unit as `\uXXXX`. */
function escaped(letter: string): string {
  const units = Array.from({ length: letter.length }, (_, index) => letter.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
