/** A platform or a signal in escapement.yaml: `{ type, ...settings }` of one of the registered adapters. */
import { z } from 'zod';
import type { AdapterChoice, AdapterDefinition } from './adapter-settings.js';

export function adapterType(definitions: readonly AdapterDefinition[]) {
  return z.enum(definitions.map(({ type }) => type));
}

/** The settings are left as they are written, for placeholders may stand in them: `checkSettings` looks at them. */
export function adapterMapping(definitions: readonly AdapterDefinition[]) {
  const mapping = z.looseObject({ type: adapterType(definitions) });
  mappedDefinitions.set(mapping, definitions);
  return mapping.transform(({ type, ...settings }): AdapterChoice => ({ type, settings }));
}

const mappedDefinitions = new WeakMap<z.core.$ZodType, readonly AdapterDefinition[]>();

/** What may really stand where `adapterMapping` takes anything, for documents: a form for each adapter. */
export function adapterForms(mapping: z.core.$ZodType): z.ZodType[] | undefined {
  return mappedDefinitions.get(mapping)?.map(({ type, settings, summary }) => {
    const literal = z.literal(type);
    const form =
      settings instanceof z.ZodObject
        ? z.strictObject({ type: literal, ...settings.shape })
        : z.intersection(z.looseObject({ type: literal }), settings);
    return form.meta({ title: type, description: summary });
  });
}
