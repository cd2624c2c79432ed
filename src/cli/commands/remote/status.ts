/** `escapement status`: what every resource does, once or live. */
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ResourceRow } from '../../../api/fleet/answers.js';
import type { EscapementClient } from '../../../library/client.js';
import { type RemoteOptions, remoteCommand, withEscapement } from '../../remote/connect.js';
import { type OutputOptions, print, sparkline, styled, table, withOutput } from '../../remote/output.js';
import { durationText } from '../../../domain/written/duration.js';
import { prose } from '../../terminal.js';

interface Options extends RemoteOptions, OutputOptions {
  readonly watch?: true;
  readonly query: string;
}

export function statusCommand(): Command {
  return withOutput(remoteCommand('status'))
    .summary('show what every resource does, once or live')
    .description(
      prose(`
Shows each resource: its phase, its capacity and target, the last hour of its capacity, its cooldown, and what needs a
person. -o wide adds the last decision in words. --watch shows the table until you end it with Ctrl-C.`),
    )
    .argument('[resource...]', 'only these resources')
    .option('-q, --query <query>', 'only what matches, such as "needs:you" or "phase:changing platform:ecs"', '')
    .option('-w, --watch', 'show the table live')
    .action((names: readonly string[], options: Options) =>
      withEscapement(options, (client) =>
        options.watch ? watch(client, names, options) : show(client, names, options),
      ),
    );
}

async function show(client: EscapementClient, names: readonly string[], options: Options): Promise<void> {
  const rows = await read(client, names, options);
  print(rows, options, (isWide) => tableOf(rows, isWide));
}

async function read(client: EscapementClient, names: readonly string[], { query }: Options): Promise<ResourceRow[]> {
  const { resources } = await client.resources(query);
  // Also what the query hides: a name that does not exist is an error of the API that lists the names.
  await Promise.all(
    names.filter((name) => !resources.some(({ resource }) => resource === name)).map((name) => client.status(name)),
  );
  return names.length === 0 ? resources : resources.filter(({ resource }) => names.includes(resource));
}

function tableOf(rows: readonly ResourceRow[], isWide: boolean): string {
  if (rows.length === 0) return 'No resource matches.';
  const head = [
    'RESOURCE',
    'PHASE',
    'CAPACITY',
    'TARGET',
    'LAST HOUR',
    'COOLDOWN',
    'NEEDS YOU',
    ...(isWide ? ['WHY'] : []),
  ];
  const lines = rows.map((row) => [
    row.resource,
    row.phase,
    capacityOf(row),
    String(row.target ?? ''),
    sparkline(row.spark.capacity),
    cooldownOf(row),
    row.attention[0]?.sentence ?? '',
    ...(isWide ? [row.why ?? ''] : []),
  ]);
  return table(head, lines);
}

/** `3`, or `2/3` while only two of three are ready. */
function capacityOf({ capacity, ready }: ResourceRow): string {
  if (capacity === null) return '';
  return ready === null || ready === capacity ? String(capacity) : `${ready}/${capacity}`;
}

/** `up 2m10s`: when the next change in that direction may be made. */
function cooldownOf({ cooldownUntil }: ResourceRow, nowMs = Date.now()): string {
  const rest = (['up', 'down'] as const).flatMap((direction) => {
    const until = cooldownUntil[direction];
    const seconds = until === null ? 0 : Math.ceil((Date.parse(until) - nowMs) / 1000);
    return seconds > 0 ? `${direction} ${durationText(seconds * 1000)}` : [];
  });
  return rest.join(', ');
}

const watchEveryMs = 1000;

/** Writes over the same lines on a terminal, and one table after the other elsewhere. */
async function watch(client: EscapementClient, names: readonly string[], options: Options): Promise<void> {
  const ending = new AbortController();
  process.once('SIGINT', () => ending.abort());
  process.once('SIGTERM', () => ending.abort());
  while (!ending.signal.aborted) {
    const text = await read(client, names, options).then(
      (rows) =>
        options.json || options.output === 'json' ? JSON.stringify(rows) : tableOf(rows, options.output === 'wide'),
      (error: unknown) => styled('red', error instanceof Error ? error.message : String(error)),
    );
    const isDrawn = process.stdout.isTTY && !options.json;
    process.stdout.write(isDrawn ? `\u001b[H\u001b[J${text}\n` : `${text}\n`);
    await setTimeout(watchEveryMs, undefined, { signal: ending.signal }).catch(() => undefined);
  }
}
