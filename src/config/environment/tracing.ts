/**
 * Whether and how this process exports traces, from the standard variables of OpenTelemetry. Its libraries read the
 * other variables themselves (docs/tracing.md).
 */
import { z } from 'zod';
import { report, withFix } from '../../domain/written/issue.js';
import type { Environment } from '../file/placeholders.js';
import { isSet, parseEnvironment, trueOrFalse, word } from './variables.js';

export interface TracingSettings {
  readonly protocol: (typeof protocols)[number];
}

const protocols = ['http/protobuf', 'http/json'] as const;

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const protocol = z.string().transform((text, context) => {
  const known = protocols.find((each) => each === text.toLowerCase());
  if (known !== undefined) return known;
  const fix =
    'write http/protobuf or http/json, and the port of OTLP over HTTP (usually 4318) in the endpoint; OTEL_TRACES_EXPORTER=none turns traces off';
  report(context, { problem: `${text} is not supported`, fix });
  return z.NEVER;
});

const endpoint = z.string().refine((text) => /^https?:/i.test(text) && URL.canParse(text), {
  error: withFix('is not an address of OTLP over HTTP', 'write a URL such as http://collector:4318'),
});

const ratio = z.string().refine((text) => Number(text) >= 0 && Number(text) <= 1, {
  error: withFix('is not a ratio', 'write a number from 0 to 1, such as 0.1'),
});

/** Other formats would be requested in vain: only W3C Trace Context is read and passed on. */
const propagators = z.string().refine((text) => text.split(',').every((name) => knownPropagators.has(name.trim())), {
  error: withFix('names a format that is not supported', 'write tracecontext, or unset it'),
});
const knownPropagators = new Set(['tracecontext', 'baggage']);

const switches = z.object({
  OTEL_SDK_DISABLED: trueOrFalse.prefault('false'),
  OTEL_TRACES_EXPORTER: word(['otlp', 'none']).optional(),
});

/** In effect only when traces are on. */
const settings = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.prefault('http/protobuf'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol.optional(),
  OTEL_TRACES_SAMPLER: word(samplers).optional(),
  OTEL_TRACES_SAMPLER_ARG: ratio.optional(),
  OTEL_PROPAGATORS: propagators.optional(),
});

const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const;

/**
 * Undefined when traces are off, which is the default: an endpoint, or `OTEL_TRACES_EXPORTER=otlp`, turns them on.
 * @throws ConfigError naming every invalid variable, when traces are on.
 */
export function readTracingSettings(environment: Environment): TracingSettings | undefined {
  const isAddressed = endpoints.some((name) => isSet(environment, name));
  if (!isAddressed && !isSet(environment, 'OTEL_TRACES_EXPORTER')) return undefined;
  const { OTEL_SDK_DISABLED: isDisabled, OTEL_TRACES_EXPORTER: exporter } = parseEnvironment(switches, environment);
  if (isDisabled || exporter === 'none') return undefined;
  const given = parseEnvironment(settings, withoutOverridden(environment));
  return { protocol: given.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? given.OTEL_EXPORTER_OTLP_PROTOCOL };
}

/** A variable for traces replaces the one for all signals, which may then have any value. */
function withoutOverridden(environment: Environment): Environment {
  const overridden = ['ENDPOINT', 'PROTOCOL'].filter((name) => isSet(environment, `OTEL_EXPORTER_OTLP_TRACES_${name}`));
  return { ...environment, ...Object.fromEntries(overridden.map((name) => [`OTEL_EXPORTER_OTLP_${name}`, undefined])) };
}
