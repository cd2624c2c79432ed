/** Exports a configuration in a test, from a file as users have it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportResources } from '../../src/exporters/export.js';
import { importFiles } from '../../src/importers/import.js';

export async function exported(kind: string, yaml: string, resource?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'escapement-export-'));
  try {
    await writeFile(join(folder, 'escapement.yaml'), yaml);
    return await exportResources({ kind, resource }, {}, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Imports, exports the result, and imports that again. */
export async function roundTrip(kind: string, text: string) {
  const first = await importFiles(kind, [{ name: 'input', text }]);
  const out = await exported(kind, first.yaml);
  const second = await importFiles(kind, [{ name: 'exported', text: out.text }]);
  return { first: first.configuration, second: second.configuration, report: out.report, text: out.text };
}

/** A resource on Kubernetes with these lines under `autoscale:`. */
export function onKubernetes(autoscale: string, resource = 'min: 1\nmax: 9\ncooldown: 0s'): string {
  const inside = autoscale.trimEnd().replaceAll(/^/gm, '      ');
  const fields = resource.replaceAll(/^/gm, '    ');
  return `version: 1
resources:
  web:
    platform: { type: kubernetes, namespace: shop, name: web }
${fields}
    autoscale:
${inside}
`;
}
