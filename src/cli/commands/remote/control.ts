/** `escapement pause`, `resume` and `override`: a person decides instead of the policies. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration, type EndOptions, endOf, instant, wholeNumber } from '../../arguments.js';
import { type RemoteOptions, remoteCommand, withEscapement } from '../../remote/connect.js';
import { type OutputOptions, print, untilText, withOutput } from '../../remote/output.js';
import { prose } from '../../terminal.js';

type Options = RemoteOptions & OutputOptions & EndOptions;

export function pauseCommand(): Command {
  return withEnd(withOutput(remoteCommand('pause')))
    .summary('stop scaling by policies')
    .description(
      prose(`
Stops scaling of a resource by its policies, in one direction or both. What a person requests is still carried out. The
pause is stored in Temporal, and lasts until it ends or until escapement resume.`),
    )
    .argument('<resource>', 'the name of the resource')
    .addOption(
      new Option('--direction <direction>', 'the direction that is stopped')
        .choices(['both', 'up', 'down'])
        .default('both'),
    )
    .action((resource: string, options: Options & { direction: 'both' | 'up' | 'down' }) =>
      withEscapement(options, async (client) => {
        const pause = await client.pause(resource, { direction: options.direction, until: endOf(options) });
        const where = options.direction === 'both' ? '' : ` ${options.direction}`;
        print({ resource, pause }, options, () => `${resource} is paused${where}${untilText(pause?.until ?? null)}.`);
      }),
    );
}

export function resumeCommand(): Command {
  return withOutput(remoteCommand('resume'))
    .summary('scale by policies again')
    .description('Ends a pause of a resource.')
    .argument('<resource>', 'the name of the resource')
    .action((resource: string, options: RemoteOptions & OutputOptions) =>
      withEscapement(options, async (client) => {
        await client.resume(resource);
        print({ resource, pause: null }, options, () => `${resource} is scaled by its policies again.`);
      }),
    );
}

export function overrideCommand(): Command {
  return withEnd(withOutput(remoteCommand('override')))
    .summary('keep a capacity, whatever the policies recommend')
    .description(
      prose(`
Keeps a capacity of an autoscaled resource, whatever its policies recommend; steps and cooldowns apply. --release ends the
override.`),
    )
    .argument('<resource>', 'the name of the resource')
    .argument('[capacity]', 'the capacity to keep', wholeNumber)
    .option('--beyond-bounds', 'allow a capacity outside [min, max], such as 0 for maintenance')
    .option('--release', 'end the override')
    .action(override);
}

async function override(
  resource: string,
  capacity: number | undefined,
  options: Options & { beyondBounds?: true; release?: true },
  command: Command,
): Promise<void> {
  if ((capacity === undefined) === (options.release === undefined)) {
    command.error('error: write a capacity to keep, or --release');
  }
  await withEscapement(options, async (client) => {
    if (capacity === undefined) {
      await client.releaseOverride(resource);
      print({ resource, override: null }, options, () => `${resource} is no longer overridden.`);
      return;
    }
    const { beyondBounds } = options;
    const standing = await client.override(resource, capacity, { until: endOf(options), beyondBounds });
    const until = untilText(standing?.until ?? null);
    print({ resource, override: standing }, options, () => `${resource} is kept at ${capacity}${until}.`);
  });
}

function withEnd(command: Command): Command {
  return command
    .addOption(new Option('--for <duration>', 'end after this time, such as 2h').argParser(duration))
    .addOption(new Option('--until <time>', 'end at this time, as ISO 8601').argParser(future).conflicts('for'));
}

function future(text: string): Date {
  const at = instant(text);
  if (at.getTime() <= Date.now()) throw new InvalidArgumentError('It is in the past.');
  return at;
}
