/** `escapement import`: the configuration of another autoscaler as escapement.yaml, and a report. */
import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { fileErrorCode } from '../../config/problem.js';
import type { ClusterOptions } from '../../importers/cluster.js';
import { importCluster, importFiles } from '../../importers/import.js';
import { ImportError, type Report } from '../../importers/importer.js';
import { importers } from '../../importers/registry.js';
import { exitCodes, prose } from '../terminal.js';

export function importCommand(): Command {
  return new Command('import')
    .summary('convert the configuration of another autoscaler')
    .description(
      prose(`
Writes an escapement.yaml that does what the given autoscalers do, with their defaults written out. It reads the given
files, or with --from-cluster the objects of a cluster of Kubernetes, and changes nothing there.

The report names everything that was not carried over, and why; what behaves differently; and what was ignored.
Without -o, the configuration is printed to stdout and the report to stderr.

Exit code 0: everything that affects scaling was carried over; 3: something was not, and the configuration is written
anyway; 2: the input cannot be read. Templates must be rendered first, with helm template or kustomize build.`),
    )
    .argument('<kind>', `what to import: ${importers.map(({ kind, summary }) => `${kind} (${summary})`).join('; ')}`)
    .argument('[files...]', 'files of the kind, such as YAML, JSON or .env; - reads stdin')
    .option('--from-cluster', `read from a cluster of Kubernetes, with the kubeconfig: ${inClusters()}`)
    .option('-n, --namespace <name>', 'with --from-cluster: the namespace; default: that of the context')
    .option('-A, --all-namespaces', 'with --from-cluster: all namespaces')
    .option('--context <name>', 'with --from-cluster: the context of the kubeconfig; default: its current-context')
    .option('--kubeconfig <file>', 'with --from-cluster: the kubeconfig; default: as for kubectl')
    .option('-o, --output <file>', 'write the configuration to a new file; an existing file is never replaced')
    .option(
      '--json',
      'print { resources, warnings: [{ path, message }], unsupported: [{ path, what, why }], configuration } as JSON',
    )
    .addHelpText(
      'after',
      `
Examples:
  kubectl get hpa -A -o yaml | escapement import hpa - -o escapement.yaml
  escapement import hpa --from-cluster -A -o escapement.yaml
  escapement import knative --from-cluster --context production -n shop
  nomad job run -output web.nomad.hcl | escapement import nomad -
  helm template my-release ./chart | escapement import hpa -
  aws lambda get-function-configuration --function-name autoscaler | escapement import fast-autoscaler -
  escapement import omnistrate omnistrate-compose.yaml
  kubectl get scaledobjects,triggerauthentications -A -o yaml | escapement import keda - -o escapement.yaml
  escapement validate escapement.yaml`,
    )
    .action(runImport);
}

interface Options extends ClusterOptions {
  readonly output?: string;
  readonly json?: true;
  readonly fromCluster?: true;
}

async function runImport(
  kind: string,
  names: readonly string[],
  { output, json, fromCluster, ...cluster }: Options,
): Promise<void> {
  const { yaml, configuration, report } = fromCluster
    ? await importCluster(kind, onlyCluster(names, cluster))
    : await importFiles(kind, await Promise.all(onlyFiles(names, cluster).map(readInput)));
  if (output !== undefined) await writeNew(output, yaml);
  if (json) console.log(JSON.stringify({ ...report, configuration }));
  else {
    const to = output === undefined ? '' : ` to ${output}`;
    console.error(reportText(report, `Imported ${report.resources.join(', ')}${to}.`));
    if (output === undefined) process.stdout.write(yaml);
  }
  if (report.unsupported.length > 0) process.exitCode = exitCodes.notCarriedOver;
}

function onlyCluster(names: readonly string[], options: ClusterOptions): ClusterOptions {
  if (names.length > 0) throw new ImportError('Write files or --from-cluster, and not both.');
  if (options.namespace !== undefined && options.allNamespaces) {
    throw new ImportError('Write --namespace or --all-namespaces, and not both.');
  }
  return options;
}

function onlyFiles(names: readonly string[], options: ClusterOptions): readonly string[] {
  if (names.length === 0) throw new ImportError('Write the files to import, - for stdin, or --from-cluster.');
  const [option] = Object.keys(options);
  if (option !== undefined)
    throw new ImportError('--namespace, --all-namespaces, --context and --kubeconfig need --from-cluster.');
  return names;
}

/** `hpa, knative`. */
function inClusters(): string {
  const kinds = importers.filter(({ cluster }) => cluster !== undefined);
  return kinds.map(({ kind }) => kind).join(', ');
}

async function readInput(name: string): Promise<{ name: string; text: string }> {
  if (name === '-') return { name: 'stdin', text: await text(process.stdin) };
  const content = await readFile(name, 'utf8').catch((error: unknown) => {
    throw new ImportError(`${name} cannot be read (${fileErrorCode(error)}).`);
  });
  return { name, text: content };
}

/** @throws ImportError if the file exists, or cannot be written. */
export async function writeNew(file: string, yaml: string): Promise<void> {
  await writeFile(file, yaml, { flag: 'wx' }).catch((error: unknown) => {
    const code = fileErrorCode(error);
    if (code !== 'EEXIST') throw new ImportError(`${file} cannot be written (${code}).`);
    throw new ImportError(`${file} exists, and is not replaced. Write another name after -o, or remove the file.`);
  });
}

/** @param done `Imported web to escapement.yaml.` */
export function reportText({ warnings, unsupported }: Omit<Report, 'resources'>, done: string): string {
  return [
    done,
    ...unsupported.map(({ path, what, why }) => `not carried over: ${path}: ${what}: ${why}.`),
    ...warnings.map(({ path, message }) => `note: ${path === '' ? message : `${path} ${message}.`}`),
  ].join('\n');
}
