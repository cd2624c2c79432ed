/**
 * The messages of KEDA's external scalers, with KEDA's names and numbers of fields.
 *
 * https://keda.sh/docs/latest/concepts/external-scalers/
 */
import protobuf from 'protobufjs/light.js';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';

const field = (type: string, id: number) => ({ type, id });
const list = (type: string, id: number) => ({ type, id, rule: 'repeated' });
const mapOfText = (id: number): protobuf.IMapField => ({ keyType: 'string', type: 'string', id });

const messages = protobuf.Root.fromJSON({
  nested: {
    ScaledObjectRef: {
      fields: {
        name: field('string', 1),
        namespace: field('string', 2),
        scalerMetadata: mapOfText(3),
      },
    },
    IsActiveResponse: { fields: { result: field('bool', 1) } },
    GetMetricSpecResponse: { fields: { metricSpecs: list('MetricSpec', 1) } },
    MetricSpec: {
      fields: { metricName: field('string', 1), targetSize: field('int64', 2), targetSizeFloat: field('double', 3) },
    },
    GetMetricsRequest: { fields: { scaledObjectRef: field('ScaledObjectRef', 1), metricName: field('string', 2) } },
    GetMetricsResponse: { fields: { metricValues: list('MetricValue', 1) } },
    MetricValue: {
      fields: { metricName: field('string', 1), metricValue: field('int64', 2), metricValueFloat: field('double', 3) },
    },
  },
});

/** Also NaN and infinity, about which the sampler decides. */
const number = z.custom<number>((value) => typeof value === 'number');

/** One of the requests of the service, and what its response contains. */
export interface Rpc<Response> {
  readonly path: string;
  readonly request: string;
  readonly response: string;
  readonly schema: z.ZodType<Response>;
}

export const rpcs = {
  isActive: rpc('IsActive', 'ScaledObjectRef', 'IsActiveResponse', z.object({ result: z.boolean() })),
  /** The response is a stream of such messages. */
  streamIsActive: rpc('StreamIsActive', 'ScaledObjectRef', 'IsActiveResponse', z.object({ result: z.boolean() })),
  getMetricSpec: rpc(
    'GetMetricSpec',
    'ScaledObjectRef',
    'GetMetricSpecResponse',
    z.object({ metricSpecs: z.array(z.object({ metricName: z.string() })) }),
  ),
  getMetrics: rpc(
    'GetMetrics',
    'GetMetricsRequest',
    'GetMetricsResponse',
    z.object({ metricValues: z.array(z.object({ metricValue: number, metricValueFloat: number })) }),
  ),
};

function rpc<Response>(name: string, request: string, response: string, schema: z.ZodType<Response>): Rpc<Response> {
  return { path: `/externalscaler.ExternalScaler/${name}`, request, response, schema };
}

export function encode({ request }: Pick<Rpc<unknown>, 'request'>, message: Readonly<Record<string, unknown>>): Buffer {
  const type = messages.lookupType(request);
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

/** @throws AdapterError `malformed` */
export function decode<Response>({ response, schema }: Rpc<Response>, bytes: Buffer): Response {
  try {
    const type = messages.lookupType(response);
    // Proto3 does not send a zero, so that a missing field is a zero.
    return schema.parse(type.toObject(type.decode(bytes), { longs: Number, defaults: true }));
  } catch {
    throw new AdapterError('malformed', 'sent a response that is not of a KEDA external scaler. Check address.');
  }
}
