/** The reference page of the configuration: tables from the zod schemas, and words on what all fields share. */
import { z } from 'zod';
import { signalFields } from '../src/config/schema/adapter.js';
import { environmentSettings } from '../src/config/environment/omnistrate.js';
import { fastAutoscalerSettings } from '../src/config/environment/ecs-fast-autoscaler.js';
import { documentSchema, resourceSchema } from '../src/config/schema/resource.js';
import { serverVariables } from '../src/config/environment/process.js';
import { fieldTable, table } from './field-table.js';
import { writtenForm, type JsonSchema } from './json-schema.js';

export function configurationPage(): string {
  const { platform, autoscale } = resourceSchema.shape;
  const autoscaleForm = alternatives(writtenForm(autoscale))[0] ?? {};
  const { signals, policies } = autoscaleForm.properties as Record<string, JsonSchema>;
  return [
    introduction,
    '## The file',
    fieldTable(fileFields()),
    '## A resource',
    fieldTable(writtenForm(resourceSchema), ['platform', 'autoscale']),
    '## Platforms',
    ...sections(alternatives(writtenForm(platform))),
    '## Autoscale',
    autoscaleWords,
    fieldTable(autoscaleForm, ['signals', 'policies']),
    signalWords,
    fieldTable(writtenForm(z.strictObject(signalFields))),
    ...sections(alternatives(signals?.additionalProperties as JsonSchema).map(withoutSignalFields)),
    '## Policies',
    ...sections(alternatives(policies?.items as JsonSchema)),
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

const fastAutoscalerWords = `The settings of the ECS fast autoscaler, taken as they are; so are those of its queue.
[What each did there and does here](platforms/ecs.md#the-settings-of-the-ecs-fast-autoscaler).`;

const introduction = `# Configuration

<!-- Made from the schemas in src/config and src/domain/policies by \`npm run docs\`. Do not edit. -->

Escapement reads \`escapement.yaml\`, or the file that \`ESCAPEMENT_CONFIG\` names. Without one, the environment makes
[one resource](#one-resource-from-the-environment); with neither, the demo runs. \`escapement validate\` tells everything
that is wrong with a file, with line and fix. For completion in an editor, begin the file with
\`# yaml-language-server: $schema=docs/escapement.schema.json\`. Whole files: [examples](examples/).

- **Durations** carry a unit: \`500ms\`, \`15s\`, \`5m\`, \`1h30m\`, \`1d\`. **Percentages** are written \`30%\`. Counts are whole.
- **Placeholders**: \`\${NAME}\` and \`\${NAME:-default}\` in any text come from the environment, \`\${file:/run/secrets/x}\` from
  a file. In the settings of platforms and signals they are replaced by the worker that uses them, right before it does,
  and are in no history, log, error or answer of the API. Everywhere else they are replaced when the file is read.
- **Unknown keys** are refused.`;

const autoscaleWords = `**Current** is what was asked for: the target of the scale run that is under way, whoever asked; without one, the capacity.
\`behavior\`, tolerances, \`scaleInBelow\`, \`idle\` and \`fallback\` go by it. What was measured goes by the units that there are:
\`current\` in an expression, the amounts of \`thresholds\` and \`steps\`, the units of \`utilization\` ([why](decisions/0035-what-is-current.md)).

**A signal without data, and a look at a resource that must be \`ACTIVE\` and is not, recommend nothing**: what was asked for stands,
no window begins anew, and no rate is spent ([why](decisions/0036-windows-and-rates.md)). Where a platform takes changes at any time, units that
are not ready keep nothing from being decided.`;

const signalWords = `## Signals

**A sample is data** when it is a number from zero up, and no older than \`maxAge\`: the same in life and in a back-test. A number below zero
is none: no load is less than nothing, so it is the query that is wrong. (An expression may come out below zero; for the policies that is
zero.) Neither is NaN or infinity, nor what a source does not answer. No data is never zero unless \`emptyAs\` says so, and blocks
scaling in until \`fallback\` applies. Where zero itself means that nothing is known, \`emptyAs: noData\` says that.

**A sample counts once** where its source dates it (\`cloudwatch\`, \`kinesis\` but for its shards, \`http-json\` with \`observedAt\`): one from before our last change does not show
what came of that. \`thresholds\`, \`steps\`, \`utilization\` and expressions with \`current\` then leave what was asked for, until there is a newer one;
\`perUnit\` asks for the same again ([why](decisions/0034-a-sample-counts-once.md)).

What every signal may say:`;

const environmentWords = `## Environment

A variable that is set to nothing is not set. One that is not known and nearly one that is (\`LOG_LEVLE\`) is named in a warning. Temporal is found by its own standard variables (\`TEMPORAL_ADDRESS\`,
\`TEMPORAL_NAMESPACE\`, \`TEMPORAL_API_KEY\`, ...); without an address, a server is started here.

| Variable            | Meaning                                                        |
| ------------------- | -------------------------------------------------------------- |
| \`ESCAPEMENT_CONFIG\` | The file to read in the place of \`escapement.yaml\`.            |`;

const environmentResourceWords = `These are the settings of Omnistrate's autoscaling example, and mean what they mean there. They count where there is no
file; beside a file they are ignored, with a warning, all but \`DRY_RUN\`, which then counts for every resource of the file.`;

/** They stand in a table of their own. */
function withoutSignalFields(form: JsonSchema): JsonSchema {
  const own = Object.entries(form.properties ?? {}).filter(([key]) => !Object.hasOwn(signalFields, key));
  return { ...form, properties: Object.fromEntries(own) };
}

function fileFields(): JsonSchema {
  const { properties, required } = writtenForm(documentSchema);
  const { version, owner, defaults, resources } = properties as Record<string, JsonSchema>;
  const whole = (form?: JsonSchema): JsonSchema => ({ type: 'object', description: form?.description ?? '' });
  return {
    type: 'object',
    properties: { version, owner, defaults: whole(defaults), resources: whole(resources) },
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
