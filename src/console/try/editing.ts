/** How keys change the text of the editor, apart from the browser. */

/** What Tab inserts. */
export const indentation = '  ';

/** The line break and the indentation that Enter inserts: that of the line, and one more after a key without a value. */
export function lineBreakAt(text: string, cursor: number): string {
  const line = text.slice(text.lastIndexOf('\n', cursor - 1) + 1, cursor);
  const [, spaces = '', dashes = ''] = /^( *)((?:- +)*)/.exec(line) ?? [];
  const own = spaces + ' '.repeat(dashes.length);
  const isOpen = /:\s*(?:#.*)?$/.test(line) && !/^\s*#/.test(line);
  return `\n${own}${isOpen ? indentation : ''}`;
}

/** The line and the column of an offset, both from 0. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length - 1, column: offset - (before.lastIndexOf('\n') + 1) };
}

/** The offset at which a line begins. @param line from 1, as the API counts. */
export function offsetOf(text: string, line: number, column = 1): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return Math.min(text.length, before + Math.min(column - 1, lines[line - 1]?.length ?? 0));
}

/** The section as it is pasted into a file, with the key and the indentation that it has there. */
export function sectionOf(text: string, indent: number): string {
  const outer = ' '.repeat(indent);
  const lines = text.trimEnd().split('\n');
  const inside = lines.map((line) => (line.trim() === '' ? '' : `${outer}${indentation}${line}`));
  return `${outer}autoscale:\n${inside.join('\n')}\n`;
}
