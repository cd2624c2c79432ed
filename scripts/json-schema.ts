/** The JSON Schemas of escapement.yaml, made from its one zod schema. */
import { z } from 'zod';
import { adapterForms } from '../src/config/schema/adapter.js';
import { documentSchema, resourceSchema } from '../src/config/schema/resource.js';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

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

/** For editors: every error that an editor marks is an error, but `escapement validate` finds more. */
export function editorSchema(): JsonSchema {
  const { resources, defaults, ...others } = documentSchema.shape;
  const resource = { $ref: '#/$defs/resource' };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'escapement.yaml',
    type: 'object',
    required: ['version', 'resources'],
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(Object.entries(others).map(([key, schema]) => [key, writtenForm(schema)])),
      defaults: { description: defaults.description, ...resource },
      resources: { ...writtenForm(resources), additionalProperties: resource },
    },
    $defs: {
      resource: withPlaceholders(withoutRequired(writtenForm(resourceSchema))),
      placeholder: { type: 'string', pattern: String.raw`\$\{[^}]+\}` },
    },
  } as JsonSchema;
}

type Node = JsonSchema | boolean | undefined;

/** A field may be left to `defaults`; only what stands in a list is never merged. */
function withoutRequired(node: Node): Node {
  if (typeof node !== 'object') return node;
  const { required, ...rest } = node;
  const kept = required?.filter((key) => key === 'type') ?? [];
  const mapped = mapChildren(rest, withoutRequired, (items) => items);
  return kept.length > 0 ? { ...mapped, required: kept } : mapped;
}

/** Any text may come from the environment or a file, also one that stands for a number. */
function withPlaceholders(node: Node): Node {
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

function mapChildren(node: JsonSchema, change: (child: Node) => Node, changeItems: (child: Node) => Node): JsonSchema {
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
