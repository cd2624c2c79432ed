/** Traces as a collector receives them from the built commands, from the request of a caller to the call of a platform. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import type { Program } from '../support/program.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import { pathTo, type Span, spansIn, TraceCollector, treeOf } from '../support/trace-collector.js';
import { apiOf, Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let sidecar: SidecarWitness;
let collector: TraceCollector;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  sidecar = await sandbox.sidecar('--resource', 'worker=1', '--resource', 'web=2', '--start-time', '0s');
  collector = await TraceCollector.start();
});
afterEach(async () => {
  await sandbox.close();
  await collector.close();
});

const json = () => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '100',
});

const first = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const second = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = ({ traceId, spanId }: typeof first) => ({ traceparent: `00-${traceId}-${spanId}-01` });

/** The spans of a trace, once it has one with this name. */
const traceWith = (name: string, { traceId }: { readonly traceId: string }): Promise<Span[]> =>
  eventually(
    `${name} in trace ${traceId}; so far:\n${treeOf(collector.spans)}`,
    () => {
      const spans = collector.spans.filter((span) => span.traceId === traceId);
      return spans.some((span) => span.name === name) && spans;
    },
    60_000,
  );

const onRequest = (cooldown: string) => `version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${sidecar.url}" }
    min: 0
    max: 9
    step: 1
    cooldown: ${cooldown}
    settle: 1s
`;

const toTheChange = ['StartActivity:change', 'RunActivity:change', 'change omnistrate'];
const server = 'POST /v1/resources/{resource}/scale';

function logLines(program: Program): { msg: string; trace_id?: string; span_id?: string }[] {
  const lines = program.output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as { msg: string });
}

function named(spans: readonly Span[], name: string): Span[] {
  return spans.filter((span) => span.name === name);
}

it('one trace leads from the request of a caller through the workflow to the platform, which receives it', async () => {
  sandbox.configure(onRequest('1s'));
  const program = sandbox.escapement(['up'], json());
  const api = await apiOf(program);
  await api.readiness();
  await api.scale('worker', { targetCapacity: 2 }, traceparent(first));
  const spans = await traceWith('RunWorkflow:scale', first);

  const [change, ...more] = named(spans, 'change omnistrate');
  expect(more).toEqual([]);
  expect(pathTo(change!, spans)).toEqual([server, 'StartWorkflow:scale', 'RunWorkflow:scale', ...toTheChange]);
  const parents = new Set([first.spanId, ...spans.map(({ spanId }) => spanId)]);
  expect(spans.filter(({ parentSpanId }) => !parents.has(parentSpanId ?? ''))).toEqual([]);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === first.spanId)).toMatchObject([{ name: server }]);

  expect(named(spans, server)).toMatchObject([
    {
      kind: 2,
      service: 'escapement',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/resources/{resource}/scale',
        'http.response.status_code': 202,
      },
    },
  ]);
  expect(change).toMatchObject({
    kind: 3,
    attributes: { 'escapement.resource': 'worker', 'escapement.from': 1, 'escapement.to': 2 },
  });
  const { changes } = await sidecar.resource('worker');
  expect(changes).toMatchObject([{ traceparent: `00-${first.traceId}-${change!.spanId}-01` }]);

  const lines = logLines(program);
  const idsOf = (msg: string) => lines.find((line) => line.msg === msg && line.trace_id === first.traceId)?.span_id;
  expect(idsOf('request')).toBe(named(spans, server)[0]!.spanId);
  expect(idsOf('worker: add 1: 1 -> 2 accepted')).toBe(named(spans, 'RunWorkflow:scale')[0]!.spanId);
  expect(collector.spans.filter(({ attributes }) => attributes['url.path'] === '/readyz')).toEqual([]);

  const pathsOf = (all: readonly Span[]) => [...new Set(all.map((span) => pathTo(span, all).join(' > ')))].sort();
  const example = spansIn(readFileSync(new URL('../../docs/trace.json', import.meta.url), 'utf8'));
  expect(pathsOf(example)).toEqual(pathsOf(spans));
});

it('a read that fails is an error in the trace, and its line in the log names the trace', async () => {
  sandbox.configure(onRequest('1s'));
  const program = sandbox.escapement(['up'], json());
  const api = await apiOf(program);
  await eventually('the platform answers', () => logLines(program).some(({ msg }) => msg === 'The platform answers'));
  await sidecar.setFaults({ faults: [{ type: 'reject', status: 500, on: 'read', times: 1 }] });
  await api.scale('worker', { targetCapacity: 2 }, traceparent(first));
  const spans = await traceWith('RunWorkflow:scale', first);

  const failed = spans.filter(({ status }) => status.code === 2);
  expect(failed).toMatchObject([{ name: 'observe omnistrate', status: { message: expect.stringContaining('500') } }]);
  const line = logLines(program).find(({ msg }) => msg === 'The platform does not answer');
  expect(line).toMatchObject({ trace_id: first.traceId, span_id: failed[0]!.spanId });
});

it('a second request to the same run has a trace of its own, with the change that it causes', async () => {
  sandbox.configure(onRequest('6s'));
  const api = await apiOf(sandbox.escapement(['up'], json()));
  await api.scale('worker', { targetCapacity: 2 }, traceparent(first));
  // The run is open until its cooldown is over.
  await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');
  await api.scale('worker', { targetCapacity: 3 }, traceparent(second));
  const spans = await traceWith('change omnistrate', second);
  const finished = await traceWith('RunWorkflow:scale', first);

  const [change] = named(spans, 'change omnistrate');
  await traceWith('RunActivity:change', second);
  const all = [...collector.spans];
  const request = ['UpdateWithStartWorkflow:retarget', 'HandleUpdate:retarget'];
  expect(pathTo(change!, all)).toEqual([server, ...request, ...toTheChange]);
  expect(named(finished, 'change omnistrate')).toHaveLength(1);
  // That a run is already open is an answer of the start, not an error.
  const ofRequests = all.filter(({ traceId }) => [first.traceId, second.traceId].includes(traceId));
  expect(ofRequests.filter(({ status }) => status.code === 2)).toEqual([]);
  const { changes } = await sidecar.resource('worker');
  expect(changes.map((each) => each.traceparent?.slice(3, 35))).toEqual([first.traceId, second.traceId]);
});

it('a run whose worker is killed still has one whole trace', async () => {
  sandbox.configure(onRequest('2s'));
  const killed = sandbox.escapement(['up'], json());
  const api = await apiOf(killed);
  await api.scale('worker', { targetCapacity: 3 }, traceparent(first));
  await traceWith('StartActivity:change', first);
  await killed.kill();
  await sandbox.onlyRuns(/ simulator /);
  sandbox.escapement(['up'], json());
  const spans = await traceWith('RunWorkflow:scale', first);

  expect(named(spans, 'RunWorkflow:scale')).toHaveLength(1);
  const changes = named(spans, 'change omnistrate');
  const path = [server, 'StartWorkflow:scale', 'RunWorkflow:scale', ...toTheChange];
  expect(changes.map((change) => pathTo(change, spans))).toEqual([path, path]);
});

it('each decision of an autoscaler is one trace, and a look without a decision makes no span', async () => {
  sandbox.configure(`version: 1
resources:
  web:
    platform: { type: omnistrate, url: "${sidecar.url}" }
    min: 2
    max: 9
    step: all
    cooldown: 1s
    settle: 1s
    autoscale:
      interval: 500ms
      signals: { load: { type: http-json, url: "${sidecar.url}/resource/worker/capacity", path: currentCapacity } }
      policies: [{ type: perUnit, value: load, target: 1 }]
`);
  await setLoad(3);
  await apiOf(sandbox.escapement(['up'], json()));
  const run = await eventually('the run has ended', () => named(collector.spans, 'RunWorkflow:scale')[0], 60_000);
  const spans = await traceWith('evaluate', run);

  const decision = ['evaluate', 'RunActivity:askForScale', 'StartWorkflow:scale', 'RunWorkflow:scale'];
  const paths = ['sample http-json', 'observe omnistrate', 'change omnistrate'].map((name) =>
    pathTo(named(spans, name)[0]!, spans),
  );
  expect(paths).toContainEqual(['evaluate', 'sample http-json']);
  expect(paths).toContainEqual([...decision, ...toTheChange]);
  expect(named(spans, 'evaluate')).toMatchObject([
    { attributes: { 'escapement.resource': 'web', 'escapement.capacity': 2, 'escapement.target': 3 } },
  ]);

  const readBefore = await reads();
  await eventually('five more looks', async () => (await reads()) > readBefore + 5);
  expect(collector.traceIds.size).toBe(1);
});

describe('a collector', () => {
  beforeEach(() => sandbox.configure(onRequest('1s')));

  it('receives Protobuf, with the headers of the environment, when nothing else is set', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue' };
    const program = sandbox.escapement(['up'], { ...env, OTEL_SERVICE_NAME: 'scaler-of-berlin' });
    await (await apiOf(program)).resource('worker');
    // The shutdown exports what is waiting.
    program.signal('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(collector.received).toMatchObject([
      { path: '/v1/traces', headers: { 'content-type': 'application/x-protobuf', 'x-tenant': 'blue' } },
    ]);
    const body = collector.received[0]!.body.toString('latin1');
    expect(body).toContain('scaler-of-berlin');
    expect(body).toContain('GET /v1/resources/{resource}');
  });

  it('that is down is logged once, and neither a run nor the shutdown depends on it', async () => {
    const [port] = await freePorts(1);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: '100' };
    const program = sandbox.escapement(['up'], env);
    const api = await apiOf(program);
    await api.scale('worker', { targetCapacity: 3 });
    await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');
    const failures = () => logLines(program).filter(({ msg }) => msg === 'Traces cannot be exported');
    await eventually('the failure is logged', () => failures().length > 0);
    expect((await sidecar.resource('worker')).capacities).toEqual([1, 2, 3]);
    program.signal('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(failures()).toHaveLength(1);
  });

  it('with gRPC is refused at the start, with the name of the variable', async () => {
    const program = sandbox.escapement(['up'], { ...json(), OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    expect(await program.ended).toMatchObject({ code: 2 });
    expect(program.output).toContain('OTEL_EXPORTER_OTLP_PROTOCOL: grpc is not supported; write http/protobuf');
  });
});

describe('OpenTelemetry', () => {
  beforeEach(() => sandbox.configure(onRequest('1s')));

  it('is not loaded, and the platform receives no trace, unless the environment names a collector', async () => {
    expect(await loadedBy({})).toEqual(loadedForMetrics);
    const { changes } = await sidecar.resource('worker');
    expect(changes).toMatchObject([{ traceparent: undefined }]);
    expect(await loadedBy({ ...json(), OTEL_TRACES_EXPORTER: 'none' })).toEqual(loadedForMetrics);
    expect(await loadedBy(json())).toContain('@opentelemetry/sdk-trace-base');
  }, 400_000);

  /** prom-client, which is not about traces, loads the interfaces. They do nothing by themselves. */
  const loadedForMetrics = ['@opentelemetry/api'];

  /** The packages with OpenTelemetry in their names that a process has loaded by its end, after a request. */
  async function loadedBy(env: NodeJS.ProcessEnv): Promise<string[]> {
    const preload = join(sandbox.folder, 'list-modules.cjs');
    writeFileSync(
      preload,
      `process.once('exit', () => {
        const names = Object.keys(require.cache).map((path) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path)?.[1]);
        console.log('loaded: ' + JSON.stringify([...new Set(names)].filter(Boolean)));
      });`,
    );
    const program = sandbox.escapement(['up'], { ...env, NODE_OPTIONS: `--require ${preload}` });
    const api = await apiOf(program);
    const { capacities } = await sidecar.resource('worker');
    await api.scale('worker', { add: 1 }, traceparent(first));
    await eventually(
      'the change',
      async () => (await sidecar.resource('worker')).capacities.length > capacities.length,
    );
    program.signal('SIGTERM');
    await program.ended;
    // The command starts other programs, which print nothing here.
    const [, list = ''] = /^loaded: (.*)$/m.exec(program.output) ?? [];
    const loaded = JSON.parse(list) as string[];
    expect(loaded).toContain('@temporalio/worker');
    return loaded.filter((name) => name.includes('opentelemetry'));
  }
});

async function setLoad(capacity: number): Promise<void> {
  await fetch(`${sidecar.url}/resource/worker/capacity`, { method: 'PUT', body: JSON.stringify({ capacity }) });
}

async function reads(): Promise<number> {
  const log = (await (await fetch(`${sidecar.url}/log`)).json()) as { calls: { path: string; method: string }[] };
  return log.calls.filter(({ path, method }) => method === 'GET' && path === '/resource/worker/capacity').length;
}
