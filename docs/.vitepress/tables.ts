/** A table that is wider than the page scrolls in a region of its own, which the keyboard can reach. */
import type { MarkdownRenderer } from 'vitepress';

export function scrollingTables({ renderer }: MarkdownRenderer): void {
  renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  renderer.rules.table_close = () => '</table></div>\n';
}
