/** Sends spans to an OTLP endpoint, and logs once when that begins to fail. */
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { ExportResultCode, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { TracingSettings } from '../config/environment/tracing.js';
import type { Logger } from '../process/logger.js';
import { Outage } from '../process/outage.js';

/** Reads the endpoint, the headers, the timeout and the compression from the environment. */
export function createExporter({ protocol }: TracingSettings, log: Logger): SpanExporter {
  const words = { fails: 'Traces cannot be exported', worksAgain: 'Traces are exported again' };
  const outage = new Outage({ log, fields: {}, words });
  // Everything that fails in OpenTelemetry outside a call of this process, such as an export that takes too long.
  setGlobalErrorHandler((error) => outage.fails({ reason: reasonOf(error) }));
  const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.SUCCESS) outage.works();
        else outage.fails({ reason: reasonOf(result.error) });
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** An error of OTLP has the status of the response as its code, and one of the connection the code of the system. The body of the response is not shown. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : 'unknown reason';
  const code = 'code' in error && (typeof error.code === 'number' || typeof error.code === 'string') ? error.code : '';
  return [error.message || error.name, code].filter(Boolean).join(', ');
}
