/** `escapement import`: from the texts of the files, or from a cluster, to the configuration and the report. */
import { fileConfig } from '../config/file/file-config.js';
import { ConfigError } from '../config/problem.js';
import { type ClusterOptions, readCluster } from './cluster.js';
import { configurationOf, writeYaml, type Configuration } from './write.js';
import { ImportError, type Importer, type Manifest, type Report, type Warning } from './importer.js';
import { readManifests } from './manifests.js';
import { importers } from './registry.js';

interface ImportResult {
  readonly yaml: string;
  readonly configuration: Configuration;
  readonly report: Report;
}

/** @throws ImportError if the input cannot be read. */
export async function importFiles(
  kind: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<ImportResult> {
  const importer = importerOf(kind);
  const read = importer.read ?? readManifests;
  const manifests = await Promise.all(files.map(async ({ name, text }) => read(name, text)));
  return convert(importer, manifests.flat());
}

/** @throws ImportError if the kind is not in clusters, or the cluster cannot be read. */
export async function importCluster(kind: string, options: ClusterOptions): Promise<ImportResult> {
  const importer = importerOf(kind);
  if (importer.cluster === undefined) {
    const others = importers.filter(({ cluster }) => cluster !== undefined).map((each) => each.kind);
    throw new ImportError(`${kind} is not in a cluster of Kubernetes. --from-cluster reads: ${others.join(', ')}.`);
  }
  const { manifests, warnings } = await readCluster(importer.cluster, options);
  return convert(importer, manifests, warnings);
}

function importerOf(kind: string): Importer {
  const importer = importers.find((each) => each.kind === kind);
  if (importer) return importer;
  throw new ImportError(
    `There is no importer ${kind}. Write one of: ${importers.map((each) => each.kind).join(', ')}.`,
  );
}

async function convert(
  importer: Importer,
  manifests: readonly Manifest[],
  ofCluster: readonly Warning[] = [],
): Promise<ImportResult> {
  const { resources, warnings, unsupported } = importer.convert(manifests);
  const yaml = writeYaml(resources);
  await validate(yaml);
  return {
    yaml,
    configuration: configurationOf(resources),
    report: {
      resources: resources.map(({ alias }) => alias),
      warnings: [...warnings, ...ofCluster, ...manifests.flatMap(lostComments)],
      unsupported,
    },
  };
}

function lostComments({ place, commentsLeft }: Manifest): readonly Warning[] {
  return (commentsLeft?.() ?? []).map((line) => ({
    path: place,
    message: `has the comment "#${line}", which has no place in the output`,
  }));
}

/** A limit of the original, such as a period of more than 30 minutes, may be invalid in both languages. */
async function validate(yaml: string): Promise<void> {
  await fileConfig(yaml, 'the imported configuration', {}).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    throw new ImportError(`The input has a value that is not valid in escapement.yaml:\n${error.message}`);
  });
}
