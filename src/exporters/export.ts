/** `escapement export`: from the configuration to the documents of another autoscaler, and the report. */
import type { Environment } from '../config/file/placeholders.js';
import { formatPath } from '../config/file/path.js';
import { loadConfig } from '../config/load.js';
import { showConfig } from '../config/show/show.js';
import { Fields } from '../importers/fields.js';
import type { Report } from '../importers/importer.js';
import { ExportError, Remarks, type Source } from './exporter.js';
import { exporters } from './registry.js';

interface Request {
  readonly kind: string;
  /** Absent: every resource. */
  readonly resource?: string | undefined;
}

interface ExportResult {
  /** Empty if nothing could be exported. */
  readonly text: string;
  readonly documents: readonly unknown[];
  readonly report: Report;
}

/**
 * @param environment as `escapement up` would read it: it says where the configuration is.
 * @throws ConfigError if the configuration is invalid. @throws ExportError if the request is.
 */
export async function exportResources(request: Request, environment: Environment, cwd: string): Promise<ExportResult> {
  const exporter = exporters.find(({ kind }) => kind === request.kind);
  if (!exporter) {
    const kinds = exporters.map(({ kind }) => kind).join(', ');
    throw new ExportError(`There is no exporter ${request.kind}. Write one of: ${kinds}.`);
  }
  const sources = await sourcesIn(environment, cwd, request.resource);
  const results = sources.map((source) => {
    const { documents, warnings, unsupported } = exporter.convert(source);
    const rest = leftIn(source.fields);
    return {
      alias: source.alias,
      documents,
      warnings: [...warnings, ...rest.warnings],
      unsupported: [...unsupported, ...rest.unsupported],
    };
  });
  const done = results.filter(({ documents }) => documents.length > 0);
  const documents = done.flatMap((result) => result.documents);
  return {
    text: documents.length === 0 ? '' : exporter.write(documents),
    documents,
    report: {
      resources: done.map(({ alias }) => alias),
      warnings: results.flatMap(({ warnings }) => warnings),
      unsupported: results.flatMap(({ unsupported }) => unsupported),
    },
  };
}

async function sourcesIn(environment: Environment, cwd: string, only: string | undefined): Promise<readonly Source[]> {
  const { resources } = await loadConfig(environment, cwd);
  const { configuration } = await showConfig(environment, cwd);
  const aliases = Object.keys(configuration.resources);
  if (only !== undefined && !aliases.includes(only)) {
    throw new ExportError(`The configuration has no resource ${only}. It has: ${aliases.join(', ') || 'none'}.`);
  }
  return aliases
    .filter((alias) => only === undefined || alias === only)
    .flatMap((alias) => {
      const config = resources[alias];
      return config ? [{ alias, fields: new Fields(alias, configuration.resources[alias]), config }] : [];
    });
}

/** How Escapement makes its changes, which no other autoscaler has a setting for. */
const ownFields = ['settle', 'waitForActive', 'requestTimeout', 'taskQueue'];

/** What no exporter has read. */
function leftIn(fields: Fields): Remarks {
  const remarks = new Remarks();
  // Nothing is left of a resource that cannot be exported.
  if (fields.unread().length === 0) return remarks;
  for (const name of ownFields) {
    const field = fields.at(name);
    if (!field.isPresent) continue;
    field.take();
    remarks.warn(field, 'is left out: it says how Escapement makes a change');
  }
  for (const [name, signal] of fields.at('autoscale', 'signals').entries()) {
    if (signal.at('type').unread().length === 0) continue;
    remarks.drop(signal, `the signal ${name}`, 'no exported policy follows it');
  }
  for (const path of fields.unread()) {
    const field = fields.at(...(path as readonly (string | number)[]));
    remarks.drop(
      field,
      `the setting ${formatPath(path.slice(-1))}`,
      'the other autoscaler has no equivalent of it here',
    );
  }
  return remarks;
}
