/** Paragraphs for the help of a command, which wraps them to the width of the terminal: a line break of the source is none. */
export function prose(text: string): string {
  const paragraphs = text.trim().split('\n\n');
  return paragraphs.map((paragraph) => paragraph.replaceAll('\n', ' ')).join('\n\n');
}
