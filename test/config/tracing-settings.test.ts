import { readTracingSettings } from '../../src/config/environment/tracing.js';
import { linesOf } from './written.js';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

it.each([
  [{}],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  [{ OTEL_SERVICE_NAME: 'scaler', OTEL_TRACES_SAMPLER: 'always_on', OTEL_EXPORTER_OTLP_HEADERS: 'a=b' }],
  [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
  [{ ...endpoint, OTEL_SDK_DISABLED: 'true' }],
  // Settings for other programs of the same machine, which do not concern a process that exports no traces.
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_PROPAGATORS: 'b3' }],
])('%j leaves traces off', (variables) => {
  expect(readTracingSettings(variables)).toBeUndefined();
});

it.each([
  [endpoint, 'http/protobuf'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/otlp' }, 'http/protobuf'],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http/protobuf'],
  [{ ...endpoint, OTEL_SDK_DISABLED: 'false' }, 'http/protobuf'],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'http/json'],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }, 'http/json'],
  [{ ...endpoint, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 'http/protobuf'],
  [{ ...endpoint, OTEL_PROPAGATORS: 'tracecontext, baggage' }, 'http/protobuf'],
])('%j turns traces on', (variables, protocol) => {
  expect(readTracingSettings(variables)).toEqual({ protocol });
});

const noGrpc =
  'grpc is not supported; write http/protobuf or http/json, and the port of OTLP over HTTP (usually 4318) in the endpoint; OTEL_TRACES_EXPORTER=none turns traces off';
const noAddress = 'is not an address of OTLP over HTTP; write a URL such as http://collector:4318';
const noRatio = 'is not a ratio; write a number from 0 to 1, such as 0.1';

it.each([
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, `OTEL_EXPORTER_OTLP_PROTOCOL: ${noGrpc}`],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }, `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: ${noGrpc}`],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, `OTEL_EXPORTER_OTLP_ENDPOINT: ${noAddress}`],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'grpc://collector' }, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ${noAddress}`],
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER: must be one of otlp, none'],
  [{ ...endpoint, OTEL_TRACES_SAMPLER: 'always_one' }, 'OTEL_TRACES_SAMPLER: unknown value; did you mean "always_on"?'],
  [{ ...endpoint, OTEL_TRACES_SAMPLER_ARG: '10%' }, `OTEL_TRACES_SAMPLER_ARG: ${noRatio}`],
  [{ ...endpoint, OTEL_TRACES_SAMPLER_ARG: '10' }, `OTEL_TRACES_SAMPLER_ARG: ${noRatio}`],
  [
    { ...endpoint, OTEL_PROPAGATORS: 'b3,tracecontext' },
    'OTEL_PROPAGATORS: names a format that is not supported; write tracecontext, or unset it',
  ],
])('%j is refused, with the name of the variable', async (variables, expected) => {
  expect(await linesOf(() => readTracingSettings(variables))).toEqual([expected]);
});

it('all problems are reported together, except those of a variable that another one replaces', async () => {
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'x',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_SAMPLER_ARG: 'x',
  };
  const lines = await linesOf(() => readTracingSettings(variables));
  expect(lines).toEqual([`OTEL_EXPORTER_OTLP_PROTOCOL: ${noGrpc}`, `OTEL_TRACES_SAMPLER_ARG: ${noRatio}`]);
});
