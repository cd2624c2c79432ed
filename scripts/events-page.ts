/** The page of events: written by hand, but for its tables, which are made from the schemas of the data. */
import { readFile } from 'node:fs/promises';
import { commonRunFields, eventData } from '../src/domain/events/data.js';
import { fieldTable, table } from './field-table.js';
import { fill } from './fill.js';
import { type JsonSchema, writtenForm } from '../src/config/schema/json-schema.js';

/** Not yet formatted. */
export async function eventsPage(): Promise<string> {
  return fill(await readFile('docs/events.md', 'utf8'), 'settings', kindsTables());
}

function kindsTables(): string {
  const common = Object.keys(commonRunFields.shape);
  const rows = Object.entries(eventData).map(([kind, data]) => {
    const isOfRun = common.every((name) => name in data.shape);
    const left = isOfRun ? common : ['workflowId', 'runId'];
    const own = Object.entries(writtenForm(data).properties ?? {}).filter(([name]) => !left.includes(name));
    const fields = own.map(([name, field]) => inWords(name, field as JsonSchema)).join(' ');
    return [`\`${kind}\``, data.description ?? '', fields];
  });
  return [
    table(['Kind', 'Sent when', 'Fields of `data`'], rows),
    'All events of a scale run, from `change.made` to `drift.seen`, also have these fields. Those of an autoscaler have the first two.',
    fieldTable(writtenForm(commonRunFields)),
  ].join('\n\n');
}

function inWords(name: string, { description, const: only, enum: values }: JsonSchema): string {
  const known = only === undefined ? (values ?? []) : [only];
  const listed = known.map((value) => `\`${String(value)}\``).join(' or ');
  return `\`${name}\`: ${[listed, description].filter((part) => part).join('. ')}${description ? '' : '.'}`;
}
