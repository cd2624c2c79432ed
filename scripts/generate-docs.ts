/**
 * `npm run docs`: writes what is made from the schemas of the configuration and the API, the dashboards, the recipes, the
 * public types of the library, and what the tests of real servers showed. A test fails where it is out of date.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { fleetDashboard } from '../monitoring/dashboards/fleet.js';
import { resourceDashboard } from '../monitoring/dashboards/resource.js';
import { openApiDocument } from '../src/api/openapi.js';
import { apiReports } from './api-report.js';
import { adapterPages } from './adapter-pages.js';
import { writePendingPages } from './conformance/compare.js';
import { cliPage } from './cli-page.js';
import { configurationPage } from './configuration-page.js';
import { eventsPage } from './events-page.js';
import { editorSchema } from './json-schema.js';
import { metricsPage } from './metrics-page.js';
import { problemsPage } from './problems-page.js';
import { recipeFiles } from './recipes/recipe-files.js';
import { runPicture } from './run-picture.js';

/** The files by their path from the root. */
export async function generatedDocs(): Promise<Record<string, string>> {
  const style = await resolveConfig('docs/configuration.md');
  const formatted = (markdown: string) => format(markdown, { ...style, parser: 'markdown' });
  return {
    ...(await adapterPages(formatted)),
    'docs/configuration.md': await formatted(configurationPage()),
    'docs/cli.md': await formatted(await cliPage()),
    'docs/metrics.md': await formatted(metricsPage()),
    'docs/problems.md': await formatted(problemsPage()),
    'docs/images/run.svg': runPicture(),
    'docs/events.md': await formatted(await eventsPage()),
    'docs/escapement.schema.json': `${JSON.stringify(editorSchema(), null, 2)}\n`,
    'docs/openapi.json': `${JSON.stringify(openApiDocument(), null, 2)}\n`,
    'monitoring/grafana/dashboards/fleet.json': `${JSON.stringify(fleetDashboard(), null, 2)}\n`,
    'monitoring/grafana/dashboards/resource.json': `${JSON.stringify(resourceDashboard(), null, 2)}\n`,
  };
}

if (process.argv[1]?.endsWith('generate-docs.ts')) {
  const files = { ...(await generatedDocs()), ...(await recipeFiles()), ...(await apiReports()) };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await writePendingPages();
}
