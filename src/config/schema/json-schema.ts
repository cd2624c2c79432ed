/** JSON Schemas of what people write in escapement.yaml, made from its one zod schema. */
import { z } from 'zod';
import { adapterForms } from './adapter.js';
import { autoscaleSchema } from './autoscale.js';

export type JsonSchema = z.core.JSONSchema.JSONSchema;
type Node = JsonSchema | boolean | undefined;

export const dialect = 'https://json-schema.org/draft/2020-12/schema';
export const placeholder: JsonSchema = { type: 'string', pattern: String.raw`\$\{[^}]+\}` };

/** What is written under `autoscale:` of a resource. */
export function autoscaleJsonSchema(): JsonSchema {
  const form = withPlaceholders(writtenForm(autoscaleSchema)) as JsonSchema;
  return { $schema: dialect, title: 'autoscale', ...form, $defs: { placeholder } };
}

/** What people may write for a zod schema, adapters with all their settings. */
export function writtenForm(schema: z.ZodType): JsonSchema {
  const form = z.toJSONSchema(schema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      const forms = adapterForms(zodSchema);
      if (forms) {
        delete jsonSchema.properties;
        delete jsonSchema.additionalProperties;
        jsonSchema.oneOf = forms.map(writtenForm);
      }
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  delete form.$schema;
  return form;
}

/** Any text may come from the environment or a file, also one that stands for a number. */
export function withPlaceholders(node: Node): Node {
  if (typeof node !== 'object') return node;
  const isFree = node.type === 'string' && node.pattern === undefined && node.format === undefined && !node.enum;
  const isScalar =
    node.type === 'string' || node.type === 'number' || node.type === 'integer' || node.type === 'boolean';
  if (!isScalar || isFree || node.const !== undefined) return mapChildren(node, withPlaceholders, withPlaceholders);
  const { description, default: usual, ...scalar } = node;
  return {
    ...(description !== undefined && { description }),
    ...(usual !== undefined && { default: usual }),
    anyOf: [scalar, { $ref: '#/$defs/placeholder' }],
  };
}

export function mapChildren(
  node: JsonSchema,
  change: (child: Node) => Node,
  changeItems: (child: Node) => Node,
): JsonSchema {
  const { properties, additionalProperties, anyOf, oneOf, allOf, items } = node;
  const all = (children: readonly Node[]) => children.map(change);
  return {
    ...node,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, change(child)])),
    }),
    ...(additionalProperties !== undefined && { additionalProperties: change(additionalProperties) }),
    ...(anyOf && { anyOf: all(anyOf) }),
    ...(oneOf && { oneOf: all(oneOf) }),
    ...(allOf && { allOf: all(allOf) }),
    ...(items !== undefined && { items: changeItems(items as Node) }),
  } as JsonSchema;
}
