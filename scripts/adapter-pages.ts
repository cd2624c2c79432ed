/** The pages of the platforms and the sources: written by hand, but for what is the schema's: the settings, and a summary. */
import { readFile } from 'node:fs/promises';
import { platforms } from '../src/adapters/platforms/registry.js';
import { sources } from '../src/adapters/sources/registry.js';
import { writtenForm } from '../src/config/schema/json-schema.js';
import { fieldTable } from './field-table.js';
import { fill } from './fill.js';

type Format = (markdown: string) => Promise<string>;

interface Definition {
  readonly type: string;
  readonly summary: string;
}

/** Each page by its path from the root. A platform or a source without a page is an error. */
export async function adapterPages(formatted: Format): Promise<Record<string, string>> {
  const ofPlatforms = platforms.all.map(async ({ type, settings }) => {
    const path = `docs/platforms/${type}.md`;
    // The other tables of these pages are not formatted.
    const settingsTable = await formatted(fieldTable(writtenForm(settings)));
    return [path, fill(await readFile(path, 'utf8'), 'settings', settingsTable.trim())] as const;
  });
  const ofSources = sources.all.map(async ({ type, summary, settings }) => {
    const path = `docs/sources/${type}.md`;
    const page = fill(await readFile(path, 'utf8'), 'summary', summary);
    return [path, await formatted(fill(page, 'settings', fieldTable(writtenForm(settings))))] as const;
  });
  return {
    ...Object.fromEntries(await Promise.all([...ofPlatforms, ...ofSources])),
    'docs/platforms/README.md': await formatted(platformsOverview()),
    'docs/sources/README.md': await formatted(sourcesOverview()),
  };
}

function platformsOverview(): string {
  return `# Platforms

<!-- Made from the registry of platforms by \`npm run docs\`. Do not edit. -->

The platform of a resource is what reads its capacity and changes it. [Every resource](../configuration.md#a-resource) has the same bounds, steps and
cooldowns, whatever its platform. The [tests of all platforms](conformance.md) run whole scale runs on each of them. See
[adding a platform](../adding-a-platform.md) for a new one; for an API over HTTP, [generic-http](generic-http.md) needs no code.

${overview('scales', platforms.all)}
`;
}

function sourcesOverview(): string {
  return `# Sources

<!-- Made from the registry of sources by \`npm run docs\`. Do not edit. -->

Each signal in escapement.yaml is sampled from one of these sources. Missing data is never zero: a sample that fails blocks scaling in until
\`fallback\` applies. The [tests against real servers](conformance.md) show what each source does when its server fails.
See [adding a source](../adding-a-source.md) for a new one. [Every signal](../configuration.md#signals) may also set the maximum age of a
sample (\`maxAge\`), and that the value is a counter (\`rate\`).

${overview('samples', sources.all)}
`;
}

function overview(does: string, definitions: readonly Definition[]): string {
  const rows = definitions.map(({ type, summary }) => `| [${type}](${type}.md) | ${summary} |`);
  return [`| type | ${does} |`, '| --- | --- |', ...rows].join('\n');
}
