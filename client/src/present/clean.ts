/**
 * Makes other people's text harmless for a terminal. Some characters would move the cursor, colour a line, reverse it
 * or stay invisible. These characters are shown as their JSON escapes. In JSON the text keeps its meaning.
 */

/**
 * Controls (C0, DEL, C1), format characters (bidirectional ones, joiners, tags), separators of lines and paragraphs,
 * blanks other than the space, characters that Unicode allows to stay invisible, the empty braille cell, and private,
 * unpaired or unassigned code points.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** `text` with its line feeds. Those are our own, if {@link cleanLine} was used on the text of other people. */
export function clean(text: string): string {
  return text.replaceAll(UNSEEN, (letter) => (letter === '\n' ? letter : escaped(letter)));
}

/** `text` in one line. */
export function cleanLine(text: string): string {
  return text.replaceAll(UNSEEN, escaped);
}

/** Writes each UTF-16 code unit as `\uXXXX`. */
function escaped(letter: string): string {
  const units = Array.from({ length: letter.length }, (_, index) => letter.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
