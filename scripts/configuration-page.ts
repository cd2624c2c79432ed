/** The reference page of the configuration: tables from the zod schemas, and words on what all fields share. */
import { functions } from '../src/domain/expression/parse.js';
import { z } from 'zod';
import { platforms } from '../src/adapters/platforms/registry.js';
import { sources } from '../src/adapters/sources/registry.js';
import { receiverFields, signalFields } from '../src/config/schema/adapter.js';
import { environmentSettings } from '../src/config/environment/omnistrate.js';
import { fastAutoscalerSettings } from '../src/config/environment/ecs-fast-autoscaler.js';
import { documentSchema, resourceSchema } from '../src/config/schema/resource.js';
import { serverVariables } from '../src/config/environment/process.js';
import { fieldTable, table } from './field-table.js';
import { writtenForm, type JsonSchema } from '../src/config/schema/json-schema.js';

export function configurationPage(): string {
  const autoscaleForm = alternatives(writtenForm(resourceSchema.shape.autoscale))[0] ?? {};
  const { policies } = autoscaleForm.properties as Record<string, JsonSchema>;
  return [
    introduction,
    '## The file',
    fieldTable(fileFields()),
    '## A resource',
    fieldTable(writtenForm(resourceSchema), ['platform', 'autoscale']),
    '## Platforms',
    platformWords,
    ...summaries('platforms', Object.values(platforms)),
    '## Autoscale',
    autoscaleWords,
    fieldTable(autoscaleForm, ['signals', 'policies']),
    signalWords,
    fieldTable(writtenForm(z.strictObject(signalFields))),
    ...summaries('sources', sources.all),
    '## Expressions',
    expressionWords,
    '## Policies',
    ...sections(alternatives(policies?.items as JsonSchema)),
    '## Events',
    eventsWords,
    fieldTable(writtenForm(z.strictObject(receiverFields))),
    ...sections(receiverForms().map(without(receiverFields))),
    environmentWords,
    '## One resource from the environment',
    environmentResourceWords,
    variableTable(environmentSettings),
    '## One ECS service from the environment',
    fastAutoscalerWords,
    variableTable(fastAutoscalerSettings),
    '## The process',
    variableTable(serverVariables),
  ].join('\n\n');
}

const fastAutoscalerWords = `These are the settings of the ECS fast autoscaler and of its queue, with the same names.
[The ECS page](platforms/ecs.md#the-settings-of-the-ecs-fast-autoscaler) compares the effect of each setting in both programs.`;

const introduction = `# Configuration

<!-- Made from the schemas in src/config and src/domain/policies by \`npm run docs\`. Do not edit. -->

Escapement reads \`escapement.yaml\`, or the file that \`ESCAPEMENT_CONFIG\` names. Without a file, the environment defines
[one resource](#one-resource-from-the-environment). Without a file and these variables, the demo runs. \`escapement validate\` reports every
problem of a file, with its line and how to fix it. With \`--json\` it prints the problems as data. \`escapement config show\` prints the
configuration in force as an \`escapement.yaml\`, also if it comes from the environment, so that a file can replace the variables. For completion in an editor, begin the file with
\`# yaml-language-server: $schema=docs/escapement.schema.json\`. For complete files, see the [examples](examples/).

- **Durations** have a unit: \`500ms\`, \`15s\`, \`5m\`, \`1h30m\`, \`1d\`. **Percentages** are written \`30%\`. Counts are whole numbers.
- **Placeholders**: in any text, \`\${NAME}\` and \`\${NAME:-default}\` are replaced from the environment, and \`\${file:/run/secrets/x}\` from a
  file. In the settings of platforms, signals and receivers, the worker replaces placeholders immediately before it uses the settings. The values
  appear in no history, log, error or response of the API. Everywhere else, placeholders are replaced when the file is read.
- **Unknown keys** are refused.`;

const platformWords = `A resource names its platform: \`platform: omnistrate\`, or \`platform: { type: ecs, cluster: main }\` with settings. The page of a platform has its
settings, permissions and behaviour.`;

const autoscaleWords = `**The current capacity** is the requested capacity: the target of the scale run in progress, regardless of who requested it; without a
run, the existing capacity. \`behavior\`, tolerances, \`scaleInBelow\`, \`idle\` and \`fallback\` compare with the current capacity. Measured values are
compared with the existing units: \`current\` in an expression, the amounts of \`thresholds\` and \`steps\`, the units of \`utilization\`
([why](decisions/0035-what-is-current.md)).

**Two kinds of evaluation are no recommendation**: an evaluation with a signal without data, and an evaluation of a resource that must be \`ACTIVE\` and
is not. The requested capacity then remains, no window restarts, and no rate is used ([why](decisions/0036-windows-and-rates.md)). Where a
platform accepts changes at any time, units that are not ready do not block decisions.`;

const signalWords = `## Signals

**A sample is data** if it is a number, at least zero, and no older than \`maxAge\`. The rule is the same in production and in a back-test. A
negative number is missing data: a load cannot be negative, so the query is incorrect. (The result of an expression may be negative, and counts as zero
for the policies.) NaN, infinity and a missing response of a source are missing data too. Missing data is never zero unless \`emptyAs\` says so,
and blocks scaling in until \`fallback\` applies. If zero itself means that nothing is known, set \`emptyAs: noData\`.

**A sample counts once** if its source dates it (\`cloudwatch\`, \`kinesis\` except for its shards, \`google-pubsub\`, \`google-cloud-monitoring\` except with \`query\`, \`http-json\` with \`observedAt\`, \`exposition\` with timestamps). A sample from before
the last change by Escapement does not show the effect of that change. \`thresholds\`, \`steps\`, \`utilization\` and expressions with \`current\` then keep the
requested capacity until there is a newer sample. \`perUnit\` requests the same capacity again ([why](decisions/0034-a-sample-counts-once.md)).

Every signal has the settings of its source, on the page of the source, and may have these fields:`;

const expressionWords = `An expression is a number over the signals and \`current\`, the existing units: \`(waiting + active) / 10\`. It has numbers, \`+ - * /\`,
parentheses, comparisons, \`&& || !\`, \`condition ? value : other\`, and the functions ${Object.keys(functions)
  .map((name) => `\`${name}\``)
  .join(', ')}.

\`value ?? other\` is \`other\` where \`value\` has no data: a signal that it needs has none, or a result is not a finite number, such as a division by
zero. Like in JavaScript, it binds weaker than every other operator except \`? :\`. The evaluation says which side was used. To replace one signal everywhere, and only
after a time without data, set \`else\` on the signal instead.`;

const eventsWords = `Each entry of \`events:\` is a receiver, by a name for logs. [Events](events.md) describes what is sent, and what happens while a
receiver is down. Every receiver may have these fields:`;

const environmentWords = `## Environment

A variable with an empty value counts as not set. Escapement prints a warning for an unknown variable whose name is similar to a known one
(\`LOG_LEVLE\`). The connection to Temporal uses Temporal's standard variables (\`TEMPORAL_ADDRESS\`, \`TEMPORAL_NAMESPACE\`, \`TEMPORAL_API_KEY\`,
...). Without an address, Escapement starts a server on this machine.

| Variable            | Meaning                                                        |
| ------------------- | -------------------------------------------------------------- |
| \`ESCAPEMENT_CONFIG\` | The file to read in the place of \`escapement.yaml\`.            |`;

const environmentResourceWords = `These are the settings of Omnistrate's autoscaling example, with the same meaning. They apply only if there is no
file. With a file, they are ignored with a warning, except for \`DRY_RUN\`, which then applies to every resource of the file.`;

/** They stand in a table of their own. */
function without(common: object) {
  return (form: JsonSchema): JsonSchema => {
    const own = Object.entries(form.properties ?? {}).filter(([key]) => !Object.hasOwn(common, key));
    return { ...form, properties: Object.fromEntries(own) };
  };
}

function receiverForms(): JsonSchema[] {
  const { events } = writtenForm(documentSchema).properties as Record<string, JsonSchema>;
  return alternatives(events?.additionalProperties as JsonSchema);
}

function fileFields(): JsonSchema {
  const { properties, required } = writtenForm(documentSchema);
  const { version, owner, modules, events, defaults, resources } = properties as Record<string, JsonSchema>;
  const whole = (form?: JsonSchema): JsonSchema => ({ type: 'object', description: form?.description ?? '' });
  return {
    type: 'object',
    properties: {
      ...{ version, owner, modules },
      ...{ events: whole(events), defaults: whole(defaults), resources: whole(resources) },
    },
    required,
  } as JsonSchema;
}

/** The forms that have fields of their own. */
function alternatives(form: JsonSchema): JsonSchema[] {
  const forms = form.anyOf ?? form.oneOf;
  if (forms) return forms.flatMap(alternatives);
  return form.type === 'object' ? [form] : [];
}

/** A section for each form: `### title`, what it is, and its fields. */
function sections(forms: readonly JsonSchema[]): string[] {
  return forms.flatMap((form) => [`### ${form.title ?? ''}`, form.description ?? '', fieldTable(form)]);
}

/** A heading for each adapter, which other pages link to; its settings are on its own page. */
function summaries(folder: string, adapters: readonly { type: string; summary: string }[]): string[] {
  return adapters.flatMap(({ type, summary }) => [
    `### ${type}`,
    `${summary} [Settings](${folder}/${type}.md#settings)`,
  ]);
}

function variableTable(schema: z.ZodObject): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  const rows = Object.entries(properties as Record<string, JsonSchema>).map(
    ([name, { description, default: usual }]) => [
      `\`${name}\``,
      usual === undefined ? '' : `\`${usual as string}\``,
      description ?? '',
    ],
  );
  return table(['Variable', 'Default', 'Meaning'], rows);
}
