/** `{{to}}` in a sentence is text, and not an expression of a page template. */
import type { MarkdownRenderer } from 'vitepress';

export function codeAsWritten({ renderer }: MarkdownRenderer): void {
  const { code_inline: original } = renderer.rules;
  renderer.rules.code_inline = (...args) => (original?.(...args) ?? '').replace(/^<code/, '<code v-pre');
}
