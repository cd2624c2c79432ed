/** `escapement apply`: makes what runs agree with the configuration. */
import { Client } from '@temporalio/client';
import { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { connectClient, readTemporalSettings } from '../runtime/temporal-connection.js';
import { reconcileAutoscales } from './autoscales.js';

export function applyCommand(): Command {
  return new Command('apply')
    .summary('make what autoscales agree with the configuration')
    .description(
      `Starts the autoscaling of resources that are new in the configuration, gives changed policies and limits to those that
run, and ends it for resources that are not in it any more, on the task queues that it names. What the policies remember
is kept. Workers do the same when they start, and on SIGHUP, when they also read platforms and signals anew: send them
one where those have changed.`,
    )
    .option('--json', 'print the result as JSON')
    .action(apply);
}

async function apply({ json }: { json?: true }): Promise<void> {
  const { resources, warnings } = await loadConfig(process.env, process.cwd());
  for (const warning of warnings) console.error(`warning: ${warning}`);
  const temporal = readTemporalSettings(process.env);
  const connection = connectClient(temporal);
  try {
    const client = new Client({ connection, namespace: temporal.namespace });
    const reconciled = await reconcileAutoscales(client, resources);
    if (json) console.log(JSON.stringify(reconciled));
    else
      console.log(
        inWords(reconciled.configured, 'autoscaled') + '\n' + inWords(reconciled.removed, 'not autoscaled any more'),
      );
  } finally {
    await connection.close();
  }
}

function inWords(resources: readonly string[], what: string): string {
  return `${what}: ${resources.length === 0 ? 'none' : resources.join(', ')}`;
}
