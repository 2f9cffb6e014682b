// List items for pages that scripts write. No line of a page is longer than this.
const LINE = 120;

/** Lines of one item: `mark` before its first line, as much space before the others. */
export function listItem(mark, text) {
  const indentation = ' '.repeat(mark.length);
  const lines = [];
  let line = mark;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    const longer = isEmpty ? line + word : `${line} ${word}`;
    if (!isEmpty && Array.from(longer).length > LINE) {
      lines.push(line);
      line = indentation + word;
    } else line = longer;
    isEmpty = false;
  }
  return [...lines, line];
}
