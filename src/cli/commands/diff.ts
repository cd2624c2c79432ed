/** `escapement diff`: what `escapement apply` would change. */
import { Command } from 'commander';
import { diffFor, wouldChange } from '../diff/diff.js';
import { withConfigAndTemporal } from '../diff/read.js';
import { diffText } from '../diff/text.js';
import { type OutputOptions, print, withOutput } from '../remote/output.js';
import { exitCodes, prose } from '../terminal.js';

interface Options extends OutputOptions {
  readonly prune?: true;
}

export function diffCommand(): Command {
  return withOutput(new Command('diff'))
    .summary('show what apply would change')
    .description(
      prose(`
Compares the configuration of this folder with the autoscalers in Temporal, and changes nothing: which resources are new,
changed or unchanged, and each setting of a changed one, before and after. No worker and no API needs to run. -o wide also
shows the resources that do not change. -o json and -o yaml print a list of
{ resource, action, settings, inForce, changes: [{ setting, from, to }], note }, where action is new, changed, unchanged,
unnamed (not in the configuration) or removed (with --prune).

Platforms and signals are not stored in Temporal, so their settings are not compared; workers read them at a start and on
SIGHUP. If a resource names another object of a platform than before, the note says so.

Exit code 0: nothing would change; 5: something would change; 1: failed, for example because Temporal does not answer; 2:
the configuration is invalid, or nothing is configured.`),
    )
    .option('--prune', 'also show what apply --prune would remove')
    .action((options: Options) =>
      withConfigAndTemporal(async (config, client) => {
        const diff = await diffFor(client, config, { isPruned: options.prune ?? false });
        print(diff, options, (isWide) => diffText(diff, isWide));
        if (diff.some(wouldChange)) process.exitCode = exitCodes.wouldChange;
      }),
    );
}
