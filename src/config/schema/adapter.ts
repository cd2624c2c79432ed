/** A platform or a signal in escapement.yaml: `{ type, ...settings }` of one of the registered adapters. */
import { z } from 'zod';
import type { AdapterChoice, AdapterDefinition } from './adapter-settings.js';
import { duration, positiveDuration } from '../../domain/written/duration.js';
import { type EventKind, eventKinds } from '../../domain/events/kinds.js';
import type { ReceiverDefinition } from '../../adapters/receivers/receiver.js';
import { report, withFix } from '../../domain/written/issue.js';
import { type Registry, schemaOf } from '../../domain/registry.js';

export function adapterType(registry: Registry<AdapterDefinition>) {
  return schemaOf(registry, (definitions) => z.enum(definitions.map(({ type }) => type)));
}

/**
 * The settings stay as they are written, because they may contain placeholders. `checkSettings` checks the settings.
 */
export function adapterMapping(registry: Registry<AdapterDefinition>) {
  const mapping = z.looseObject({ type: adapterType(registry) });
  mapped.set(mapping, { registry, common: {} });
  return mapping.transform(({ type, ...settings }): AdapterChoice => ({ type, settings }));
}

/** The fields of every signal, whatever its source. */
export const signalFields = {
  maxAge: positiveDuration
    .exactOptional()
    .describe(
      'Maximum age of a sample. An older sample is no data. The age counts from the time that the source reports (`observedAt` of `http-json`, and the timestamps of CloudWatch, Kinesis, Google Cloud Monitoring and `exposition`). For any other source it counts from the read.',
    ),
  rate: z
    .boolean()
    .exactOptional()
    .describe(
      'The number is a counter, such as the total of requests. The signal is its increase per second between its last two samples. Resets of the counter are handled, and with `exposition` those of each series. The first sample is no data.',
    ),
  else: z
    .union([
      z.string().min(1),
      z.strictObject({
        signal: z.string().min(1).describe('The name of another signal of the resource.'),
        after: duration
          .prefault('0s')
          .describe('How old the last value must be before the other signal is used. Until then there is no data.'),
      }),
    ])
    .transform((written) => (typeof written === 'string' ? { signal: written, after: 0 } : written))
    .exactOptional()
    .describe(
      'The signal whose value is used while this one has no data: a name, or `{ signal, after }`. The evaluation says when it is used.',
    ),
};

type Sampling = z.output<z.ZodObject<typeof signalFields>>;

export interface SignalChoice extends AdapterChoice {
  readonly sampling: Sampling;
}

/** A signal: a mapping as in `adapterMapping`, with fields that the configuration reads and the source does not. */
export function signalMapping(registry: Registry<AdapterDefinition>) {
  const mapping = z.looseObject({ type: adapterType(registry), ...signalFields }).superRefine(refuseFalseReset);
  mapped.set(mapping, { registry, common: signalFields });
  return mapping.transform(({ type, maxAge, rate, else: other, ...settings }): SignalChoice => ({
    type,
    settings,
    sampling: {
      ...(maxAge !== undefined && { maxAge }),
      ...(rate !== undefined && { rate }),
      ...(other && { else: other }),
    },
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

/** The fields of every receiver of events, whatever its type. */
export const receiverFields = {
  kinds: z
    .array(z.enum(eventKinds))
    .min(1)
    .exactOptional()
    .describe('The kinds of events to send. Default: every kind that the type can express.'),
  resources: z
    .array(
      z.string().regex(/^[a-zA-Z0-9._*-]{1,63}$/, {
        error: withFix('is not a resource name', 'write an alias, in which * stands for any text'),
      }),
    )
    .min(1)
    .exactOptional()
    .describe('The resources whose events to send: aliases, in which `*` stands for any text. Default: all.'),
};

/** Where events are sent: a mapping as in `adapterMapping`, with the events that the receiver gets. */
export interface ReceiverChoice extends AdapterChoice {
  readonly kinds: readonly EventKind[];
  /** Absent: all. */
  readonly resources?: readonly string[];
}

export function receiverMapping(registry: Registry<ReceiverDefinition>) {
  const mapping = z.looseObject({ type: adapterType(registry), ...receiverFields });
  mapped.set(mapping, { registry, common: receiverFields });
  return mapping.transform(({ type, kinds, resources, ...settings }, context): ReceiverChoice => {
    const supported = registry.find(type)?.kinds ?? [];
    for (const [index, kind] of (kinds ?? []).entries()) {
      if (supported.includes(kind)) continue;
      const fix = `supported kinds: ${supported.join(', ')}`;
      report(context, { path: ['kinds', index], problem: `is not supported by ${type}`, fix });
    }
    return { type, settings, kinds: kinds ?? supported, ...(resources && { resources }) };
  });
}

interface Mapped {
  readonly registry: Registry<AdapterDefinition>;
  /** The fields that the configuration reads, whatever the type. */
  readonly common: z.core.$ZodLooseShape;
}

const mapped = new WeakMap<z.core.$ZodType, Mapped>();

/** Returns the exact forms that `adapterMapping` stands for, for generated documents: one form for each adapter. */
export function adapterForms(mapping: z.core.$ZodType): z.ZodType[] | undefined {
  const { registry, common = {} } = mapped.get(mapping) ?? {};
  return registry?.all.map(({ type, settings, summary }) => {
    const literal = z.literal(type);
    const form =
      settings instanceof z.ZodObject
        ? z.strictObject({ type: literal, ...settings.shape, ...common })
        : z.intersection(z.looseObject({ type: literal, ...common }), settings);
    return form.meta({ title: type, description: summary });
  });
}
