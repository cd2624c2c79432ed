import { readdirSync, readFileSync } from 'node:fs';
import { generatedDocs } from '../../scripts/generate-docs.js';
import { editorSchema } from '../../scripts/json-schema.js';
import { writtenForm, type JsonSchema } from '../../src/config/schema/json-schema.js';
import { documentSchema, resourceSchema } from '../../src/config/schema/resource.js';
import { validateFile } from '../../src/config/validate.js';

let generated: Record<string, string>;
beforeAll(async () => {
  generated = await generatedDocs();
});

test.each([
  'docs/cli.md',
  'docs/configuration.md',
  'docs/escapement.schema.json',
  'docs/events.md',
  'docs/images/run.svg',
  'docs/metrics.md',
  'docs/problems.md',
  ...['platforms', 'sources'].flatMap((folder) =>
    readdirSync(`docs/${folder}`)
      .filter((name) => name.endsWith('.md') && name !== 'conformance.md')
      .map((name) => `docs/${folder}/${name}`),
  ),
  ...readdirSync('monitoring/grafana/dashboards').map((name) => `monitoring/grafana/dashboards/${name}`),
])('%s is up to date (else: npm run docs)', (path) => {
  expect(readFileSync(path, 'utf8')).toBe(generated[path]);
});

it('every field of a resource and of a receiver has a description', () => {
  expect(withoutDescription(writtenForm(resourceSchema), 'resource')).toEqual([]);
  expect(withoutDescription(writtenForm(documentSchema.shape.events), 'events')).toEqual([]);
});

it('the schema for editors accepts a placeholder in place of every number and boolean', () => {
  const { resource } = editorSchema().$defs as Record<string, { properties: Record<string, unknown> }>;
  expect(resource?.properties.min).toMatchObject({
    anyOf: [{ type: 'integer', minimum: 0 }, { $ref: '#/$defs/placeholder' }],
  });
  expect(resource).not.toHaveProperty('required');
});

const examples = readdirSync('docs/examples').filter((name) => name.endsWith('.yaml'));

test.each(examples)('docs/examples/%s is valid', async (name) => {
  expect(await validateFile(name, {}, 'docs/examples')).toMatchObject({ problems: [], warnings: [] });
});

/** The fields without a description. `type` requires none. */
function withoutDescription(form: JsonSchema, path: string): string[] {
  const fields = Object.entries(form.properties ?? {}).filter(([key]) => key !== 'type') as [string, JsonSchema][];
  const forms = [...(form.anyOf ?? []), ...(form.oneOf ?? []), form.items, form.additionalProperties] as (
    JsonSchema | undefined
  )[];
  return [
    ...fields.flatMap(([key, field]) => [
      ...(field.description ? [] : [`${path}.${key}`]),
      ...withoutDescription(field, `${path}.${key}`),
    ]),
    ...forms.flatMap((inner) => (typeof inner === 'object' ? withoutDescription(inner, path) : [])),
  ];
}
