/** The JSON Schema of escapement.yaml for editors, made from its one zod schema. */
import {
  dialect,
  type JsonSchema,
  mapChildren,
  placeholder,
  withPlaceholders,
  writtenForm,
} from '../src/config/schema/json-schema.js';
import { documentSchema, resourceSchema } from '../src/config/schema/resource.js';

/** For editors: every error that an editor marks is an error, but `escapement validate` finds more. */
export function editorSchema(): JsonSchema {
  const { resources, defaults, ...others } = documentSchema.shape;
  const resource = { $ref: '#/$defs/resource' };
  return {
    $schema: dialect,
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
      placeholder,
    },
  } as JsonSchema;
}

/** A field may be left to `defaults`; only what stands in a list is never merged. */
function withoutRequired(node: JsonSchema | boolean | undefined): JsonSchema | boolean | undefined {
  if (typeof node !== 'object') return node;
  const { required, ...rest } = node;
  const kept = required?.filter((key) => key === 'type') ?? [];
  const mapped = mapChildren(rest, withoutRequired, (items) => items);
  return kept.length > 0 ? { ...mapped, required: kept } : mapped;
}
