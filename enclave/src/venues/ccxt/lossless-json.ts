/** JSON that keeps every digit: numbers come back as the text that was sent. */

/** A string of JSON, or a number outside of strings. A string is matched first, so a number inside it never is. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * The value of a JSON text, with text in place of each number. JavaScript's own parser rounds numbers to doubles, so an
 * id of 17 digits, or an amount of 18, would become another one.
 * @throws SyntaxError
 */
export function parseLossless(text: string): unknown {
  // Quotes around its numbers could make JSON of a text that is none. So the text itself must be JSON.
  JSON.parse(text);
  return JSON.parse(text.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}
