/** The documentation site, made of the pages in docs/: `npm run docs:build`. Nothing in it comes from another host. */
import { defineConfig } from 'vitepress';
import { codeAsWritten } from './code.js';
import { anchorOf, copyFiles, linksOfPages } from './links.js';
import { sidebar } from './sidebar.js';
import { scrollingTables } from './tables.js';

export default defineConfig({
  lang: 'en',
  title: 'Escapement',
  description:
    'A durable scaling orchestrator: every change of capacity is sent once, and every decision can be explained.',
  // The pictures follow the theme of the system too.
  appearance: 'force-auto',
  cacheDir: '../.cache/vitepress',
  // No request for an icon.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  rewrites: { 'README.md': 'index.md', ':folder/README.md': ':folder/index.md' },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: anchorOf },
    // `{ … }` at the end of a sentence is text, as on a Git host.
    attrs: { disable: true },
    config: (markdown) => {
      linksOfPages(markdown);
      codeAsWritten(markdown);
      scrollingTables(markdown);
    },
  },
  // The index of the search is one file, which the first search loads.
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    externalLinkIcon: true,
  },
  buildEnd: ({ outDir }) => copyFiles(outDir),
});
