/** `escapement export`: resources as the configuration of another autoscaler, and a report. */
import { Command } from 'commander';
import { exportResources } from '../../exporters/export.js';
import { exporters } from '../../exporters/registry.js';
import { exitCodes, prose } from '../terminal.js';
import { reportText, writeNew } from './import.js';

export function exportCommand(): Command {
  return new Command('export')
    .summary('convert resources to the configuration of another autoscaler')
    .description(
      prose(`
Writes what the given autoscaler would need to do the same as the resources of the configuration, as far as it can. It
changes nothing anywhere, and sends nothing.

The report names every setting that the other autoscaler has no equivalent of, and why; and what was left out without
an effect on scaling. Placeholders such as \${NAME} are not replaced. Without -o, the result is printed to stdout and
the report to stderr.

Exit code 0: everything that affects scaling was exported; 3: something was not, and the rest is written anyway; 2: the
configuration or the request is invalid.`),
    )
    .argument('<kind>', `what to write: ${exporters.map(({ kind, summary }) => `${kind} (${summary})`).join('; ')}`)
    .option('-c, --config <file>', 'the configuration; default: the one that the other commands would use')
    .option('--resource <alias>', 'export only this resource')
    .option('-o, --output <file>', 'write the result to a new file; an existing file is never replaced')
    .option(
      '--json',
      'print { resources, warnings: [{ path, message }], unsupported: [{ path, what, why }], documents } as JSON',
    )
    .addHelpText(
      'after',
      `
Examples:
  escapement export hpa --resource web
  escapement export keda -c escapement.yaml -o scaledobjects.yaml
  escapement export aws-application-autoscaling -o scaling.json`,
    )
    .action(runExport);
}

interface Options {
  readonly config?: string;
  readonly resource?: string;
  readonly output?: string;
  readonly json?: true;
}

async function runExport(kind: string, { config, resource, output, json }: Options): Promise<void> {
  const environment = config === undefined ? process.env : { ...process.env, ESCAPEMENT_CONFIG: config };
  const { text, documents, report } = await exportResources({ kind, resource }, environment, process.cwd());
  const isEmpty = documents.length === 0;
  if (output !== undefined && !isEmpty) await writeNew(output, text);
  if (json) console.log(JSON.stringify({ ...report, documents }));
  else {
    const to = output === undefined ? '' : ` to ${output}`;
    const done = isEmpty ? 'Nothing was exported.' : `Exported ${report.resources.join(', ')}${to}.`;
    console.error(reportText(report, done));
    if (output === undefined) process.stdout.write(text);
  }
  if (report.unsupported.length > 0) process.exitCode = exitCodes.notCarriedOver;
}
