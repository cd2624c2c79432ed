/** A platform or a signal in escapement.yaml: `{ type, ...settings }` of one of the registered adapters. */
import { z } from 'zod';
import type { AdapterChoice, AdapterDefinition } from './adapter-settings.js';
import { positiveDuration } from '../../domain/written/duration.js';
import { report } from '../../domain/written/issue.js';

export function adapterType(definitions: readonly AdapterDefinition[]) {
  return z.enum(definitions.map(({ type }) => type));
}

/**
 * The settings stay as they are written, because they may contain placeholders. `checkSettings` checks the settings.
 */
export function adapterMapping(definitions: readonly AdapterDefinition[]) {
  const mapping = z.looseObject({ type: adapterType(definitions) });
  mappedDefinitions.set(mapping, definitions);
  return mapping.transform(({ type, ...settings }): AdapterChoice => ({ type, settings }));
}

/** The fields of every signal, whatever its source. */
export const signalFields = {
  maxAge: positiveDuration
    .exactOptional()
    .describe(
      'Maximum age of a sample. An older sample is no data. The age counts from the time that the source reports (`observedAt` of `http-json`, and the timestamps of CloudWatch, Kinesis and `exposition`). For any other source it counts from the read.',
    ),
  rate: z
    .boolean()
    .exactOptional()
    .describe(
      'The number is a counter, such as the total of requests. The signal is its increase per second between its last two samples. Resets of the counter are handled, and with `exposition` those of each series. The first sample is no data.',
    ),
};

type Sampling = z.output<z.ZodObject<typeof signalFields>>;

export interface SignalChoice extends AdapterChoice {
  readonly sampling: Sampling;
}

/** A signal: a mapping as in `adapterMapping`, with fields that the configuration reads and the source does not. */
export function signalMapping(definitions: readonly AdapterDefinition[]) {
  const mapping = z.looseObject({ type: adapterType(definitions), ...signalFields }).superRefine(refuseFalseReset);
  mappedDefinitions.set(mapping, definitions);
  signalMappings.add(mapping);
  return mapping.transform(({ type, maxAge, rate, ...settings }): SignalChoice => ({
    type,
    settings,
    sampling: { ...(maxAge !== undefined && { maxAge }), ...(rate !== undefined && { rate }) },
  }));
}

function refuseFalseReset({ rate, ...settings }: Record<string, unknown>, context: z.RefinementCtx): void {
  if (rate !== true || typeof settings['emptyAs'] !== 'number') return;
  report(context, {
    path: ['emptyAs'],
    problem: 'would count as a reset of the counter',
    fix: 'remove emptyAs, or remove rate',
  });
}

const mappedDefinitions = new WeakMap<z.core.$ZodType, readonly AdapterDefinition[]>();
const signalMappings = new WeakSet<z.core.$ZodType>();

/** Returns the exact forms that `adapterMapping` stands for, for generated documents: one form for each adapter. */
export function adapterForms(mapping: z.core.$ZodType): z.ZodType[] | undefined {
  const common = signalMappings.has(mapping) ? signalFields : {};
  return mappedDefinitions.get(mapping)?.map(({ type, settings, summary }) => {
    const literal = z.literal(type);
    const form =
      settings instanceof z.ZodObject
        ? z.strictObject({ type: literal, ...settings.shape, ...common })
        : z.intersection(z.looseObject({ type: literal, ...common }), settings);
    return form.meta({ title: type, description: summary });
  });
}
