/** The pages of the sources: written by hand, but for the summary and the table of settings, which are the schema's. */
import { readFile } from 'node:fs/promises';
import { sources } from '../src/adapters/sources/registry.js';
import { fieldTable } from './field-table.js';
import { fill } from './fill.js';
import { writtenForm } from '../src/config/schema/json-schema.js';

/** Each page by its path from the root, not yet formatted. A source without a page is an error. */
export async function sourcePages(): Promise<Record<string, string>> {
  const pages = sources.all.map(async ({ type, summary, settings }) => {
    const path = `docs/sources/${type}.md`;
    const page = await readFile(path, 'utf8');
    return [path, fill(fill(page, 'summary', summary), 'settings', fieldTable(writtenForm(settings)))] as const;
  });
  return { ...Object.fromEntries(await Promise.all(pages)), 'docs/sources/README.md': overview() };
}

function overview(): string {
  const rows = sources.all.map(({ type, summary }) => `| [${type}](${type}.md) | ${summary} |`);
  return `# Sources

<!-- Made from the registry of sources by \`npm run docs\`. Do not edit. -->

Each signal in escapement.yaml is sampled from one of these sources. Missing data is never zero: a sample that fails blocks scaling in until
\`fallback\` applies. The [tests against real servers](conformance.md) show what each source does when its server fails.
See [adding a source](../adding-a-source.md) for a new one. [Every signal](../configuration.md#signals) may also set the maximum age of a
sample (\`maxAge\`), and that the value is a counter (\`rate\`).

| type | samples |
| --- | --- |
${rows.join('\n')}
`;
}
