/** `escapement apply`: makes the autoscalers match the configuration, on demand. */
import { Client } from '@temporalio/client';
import { Command } from 'commander';
import { atMost } from '../../client/temporal/at-most.js';
import { AutoscaleClient, NotAutoscaled } from '../../client/autoscale/client.js';
import { openWorkflows } from '../../client/open-workflows.js';
import { standing } from '../../client/autoscale/standing.js';
import { autoscaledIn } from '../../config/autoscaled.js';
import type { LoadedConfig } from '../../config/config.js';
import { ConfigError, formatProblem, nothingConfigured } from '../../config/problem.js';
import { loadConfig } from '../../config/load.js';
import { askedAtOnce, unnamedBy } from '../../worker/reconciler.js';
import { connectClient, readTemporalSettings } from '../../client/temporal/connection.js';
import { prose } from '../terminal.js';

export function applyCommand(): Command {
  return new Command('apply')
    .summary('make the autoscalers match the configuration')
    .description(
      prose(`
Starts autoscalers for resources that are new in the configuration, and sends changed policies and limits to running
autoscalers. The policies keep their state. The applied configuration counts as the newest: it also replaces a
configuration that was written later. Workers apply their configuration in the same way when they start, and on SIGHUP,
when they also reload platforms and signals.

Autoscalers that are no longer in the configuration are listed and keep running. --prune removes those of the owner of
this configuration (owner: in the file, or ESCAPEMENT_OWNER) and of no other owner, whatever their task queue.`),
    )
    .option('--prune', 'remove the autoscalers of this owner that the configuration does not name')
    .option(
      '--json',
      'print the result as JSON: { configured, unchanged, unnamed, removed }, each a list of resource names',
    )
    .action(apply);
}

interface Applied {
  readonly configured: string[];
  readonly unchanged: string[];
  /** Autoscalers of this owner that are not in the configuration. */
  readonly unnamed: string[];
  readonly removed: string[];
}

async function apply({ json, prune }: { json?: true; prune?: true }): Promise<void> {
  const config = await loadConfig(process.env, process.cwd());
  if (config.source === 'demo') throw new ConfigError([nothingConfigured]);
  for (const warning of config.warnings) console.error(`warning: ${formatProblem(warning)}`);
  const temporal = readTemporalSettings(process.env);
  const connection = connectClient(temporal);
  try {
    const client = new Client({ connection, namespace: temporal.namespace });
    const applied = await applyTo(client, config, { isPruned: prune ?? false });
    console.log(json ? JSON.stringify(applied) : inWords(applied, config.writing.owner));
  } finally {
    await connection.close();
  }
}

async function applyTo(
  client: Client,
  { resources, writing }: LoadedConfig,
  { isPruned }: { isPruned: boolean },
): Promise<Applied> {
  const autoscales = new AutoscaleClient(client);
  const now = { ...writing, atMs: Date.now() };
  const applied: Applied = { configured: [], unchanged: [], unnamed: [], removed: [] };
  await atMost(askedAtOnce, autoscaledIn(resources, now), async (autoscaled) => {
    const { resource, revision } = autoscaled;
    const found = await autoscales.find(resource);
    if (standing(revision, found).is === 'same') {
      applied.unchanged.push(resource);
      return;
    }
    await autoscales.configure({ ...autoscaled, revision: { ...revision, atMs: notBefore(found?.memo.revision) } });
    applied.configured.push(resource);
  });
  const unnamed = unnamedBy(resources, writing.owner, (await openWorkflows(client)).autoscalers.values());
  for (const { resource, memo } of unnamed) {
    if (!isPruned) {
      applied.unnamed.push(resource);
      continue;
    }
    await autoscales.remove(resource, { ...now, atMs: notBefore(memo.revision) }).catch(unlessGone);
    applied.removed.push(resource);
  }
  return applied;

  /** A configuration that is applied by hand is always the newest, whatever the clocks of other hosts say. */
  function notBefore(inForce: { readonly atMs: number } | null | undefined): number {
    return Math.max(now.atMs, inForce?.atMs ?? 0);
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof NotAutoscaled)) throw error;
}

function inWords({ configured, unchanged, unnamed, removed }: Applied, owner: string): string {
  const lines = [
    ['configured', configured],
    ['unchanged', unchanged],
    ['removed', removed],
    [`not in this configuration, still running (--prune removes those of the owner ${owner})`, unnamed],
  ] as const;
  return lines
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}`)
    .concat(
      Object.values({ configured, unchanged, unnamed, removed }).every(({ length }) => length === 0)
        ? 'nothing is autoscaled'
        : [],
    )
    .join('\n');
}
