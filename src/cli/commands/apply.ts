/** `escapement apply`: makes the autoscalers match the configuration, on demand. */
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { AutoscaleClient, NotAutoscaled } from '../../client/autoscale/client.js';
import { atMost } from '../../client/temporal/at-most.js';
import { autoscaledIn } from '../../config/autoscaled.js';
import type { LoadedConfig } from '../../config/config.js';
import { askedAtOnce } from '../../worker/reconciler.js';
import { isConfirmed } from '../diff/confirm.js';
import { type Action, type Diff, diffFor, wouldChange } from '../diff/diff.js';
import { withConfigAndTemporal } from '../diff/read.js';
import { diffText } from '../diff/text.js';
import { exitCodes, prose } from '../terminal.js';

interface Options {
  readonly json?: true;
  readonly prune?: true;
  readonly yes?: true;
}

export function applyCommand(): Command {
  return new Command('apply')
    .summary('make the autoscalers match the configuration')
    .description(
      prose(`
Starts autoscalers for resources that are new in the configuration, and sends changed policies and limits to running
autoscalers. The policies keep their state. The applied configuration counts as the newest: it also replaces a
configuration that was written later. Workers apply their configuration in the same way when they start, and on SIGHUP,
when they also reload platforms and signals.

It first shows what would change, as escapement diff does, and asks for your consent. --yes does not ask. Where standard
input is not a terminal, as in a script, nothing can be asked, so a change needs --yes.

Autoscalers that are no longer in the configuration are listed and keep running. --prune removes those of the owner of
this configuration (owner: in the file, or ESCAPEMENT_OWNER) and of no other owner, whatever their task queue.

Exit code 0: applied, or nothing to change; 1: failed, for example because Temporal does not answer; 2: the configuration
is invalid, or nothing is configured; 4: without your consent, nothing was changed.`),
    )
    .option('--prune', 'remove the autoscalers of this owner that the configuration does not name')
    .option('-y, --yes', 'do not ask for consent')
    .option(
      '--json',
      'print the result as JSON: { configured, unchanged, unnamed, removed }, each a list of resource names; what would change is printed on standard error',
    )
    .action((options: Options) => withConfigAndTemporal((config, client) => apply(config, client, options)));
}

async function apply(config: LoadedConfig, client: Client, { json, prune, yes }: Options): Promise<void> {
  const diff = await diffFor(client, config, { isPruned: prune ?? false });
  const isNeeded = diff.some(wouldChange);
  if (!json) console.log(diffText(diff));
  else if (isNeeded && !yes) console.error(diffText(diff));
  if (isNeeded && !yes && !(await isConsented())) {
    process.exitCode = exitCodes.refused;
    return;
  }
  await carryOut(diff, client, config);
  if (json) console.log(JSON.stringify(resultOf(diff)));
  else if (isNeeded) console.log('Applied.');
}

async function isConsented(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('Nothing was changed: standard input is not a terminal, so apply cannot ask. Run it with --yes.');
    return false;
  }
  const isGiven = await isConfirmed('Apply these changes?');
  if (!isGiven) console.error('Nothing was changed.');
  return isGiven;
}

/** Only what was shown is sent. */
async function carryOut(diff: Diff, client: Client, { resources, writing }: LoadedConfig): Promise<void> {
  const autoscales = new AutoscaleClient(client);
  const now = { ...writing, atMs: Date.now() };
  const wanted = new Map(autoscaledIn(resources, now).map((each) => [each.resource, each]));
  await atMost(askedAtOnce, diff.filter(wouldChange), async ({ resource }) => {
    // A configuration that is applied by hand is always the newest, whatever the clocks of other hosts say.
    const atMs = Math.max(now.atMs, (await autoscales.find(resource))?.memo.revision?.atMs ?? 0);
    const autoscaled = wanted.get(resource);
    if (autoscaled) await autoscales.configure({ ...autoscaled, revision: { ...autoscaled.revision, atMs } });
    else await autoscales.remove(resource, { ...now, atMs }).catch(unlessGone);
  });
}

function unlessGone(error: unknown): void {
  if (!(error instanceof NotAutoscaled)) throw error;
}

function resultOf(diff: Diff) {
  const names = (...actions: readonly Action[]) =>
    diff.filter(({ action }) => actions.includes(action)).map(({ resource }) => resource);
  return {
    configured: names('new', 'changed'),
    unchanged: names('unchanged'),
    /** Autoscalers of this owner that are not in the configuration. */
    unnamed: names('unnamed'),
    removed: names('removed'),
  };
}
