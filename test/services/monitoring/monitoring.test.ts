/** A real Prometheus scrapes a real spike: its answers to the dashboards, and the rules that it evaluates. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { needs, scrapingPrometheus, type PrometheusService } from '../../../scripts/services/prometheus.js';
import type { ApiClient } from '../../e2e/api-client.js';
import { apiOf, Sandbox } from '../../e2e/sandbox.js';
import { LocalHttpServer } from '../../sources/local-servers.js';
import { eventually } from '../../support/eventually.js';
import type { SidecarWitness } from '../../support/sidecar-witness.js';
import { namesIn, panelQueries, panelsWithoutQueries, substituted } from './dashboards.js';
import { PrometheusClient } from './prometheus-client.js';

const run = promisify(execFile);
const rulesFolder = resolve('monitoring/prometheus/rules');

/** What the signals say at the moment. */
let depth = 20;
let isLoadBroken = false;
const signals = new LocalHttpServer(({ url }) =>
  url === '/load' && isLoadBroken ? { status: 500, body: {} } : { body: { value: url === '/depth' ? depth : 1 } },
);
let sandbox: Sandbox;
let sidecar: SidecarWitness;
let api: ApiClient;
let server: PrometheusService;
let prometheus: PrometheusClient;
let startedAtMs: number;

beforeAll(async () => {
  await signals.start();
  sandbox = await Sandbox.create();
  sidecar = await sandbox.sidecar('--port', '0', '--resource', 'worker=2', '--start-time', '300ms');
  sandbox.configure(configuration());
  api = await apiOf(sandbox.escapement(['up']));
  server = await scrapingPrometheus(`
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['${rulesFolder}/*.yml']
scrape_configs: [{ job_name: escapement, static_configs: [{ targets: ['${new URL(api.url).host}'] }] }]
`);
  startedAtMs = Date.now();
  await server.start();
  prometheus = new PrometheusClient(`http://127.0.0.1:${server.port}`);
  await makeSpike();
});

afterAll(async () => {
  await sandbox.close();
  await signals.stop();
  await server.stop();
});

/** The simulated sidecar, with its path that sets a size. */
function configuration(): string {
  return `
version: 1
resources:
  worker:
    platform:
      type: generic-http
      observe:
        url: "${sidecar.url}/resource/{{resource}}/capacity"
        capacity: currentCapacity
        ready: currentCapacity
        status: { path: status, active: [ACTIVE] }
      set:
        url: "${sidecar.url}/resource/{{resource}}/size"
        method: POST
        body: { from: "{{from}}", size: "{{to}}" }
    min: 1
    max: 6
    cooldown: 1s
    settle: 1s
    autoscale:
      interval: 1s
      signals:
        depth: { type: http-json, url: "http://127.0.0.1:${signals.port}/depth", path: value }
        load: { type: http-json, url: "http://127.0.0.1:${signals.port}/load", path: value }
      policies:
        - { type: perUnit, value: depth, target: 10 }
        - { type: perUnit, value: load, target: 1 }
`;
}

const seen = (what: string, query: string, wanted: (values: number[]) => boolean) =>
  eventually(what, async () => wanted([...(await prometheus.now(query)).values()]), 60_000);
const capacityIs = (wanted: number) =>
  seen(`${wanted} units`, 'escapement_observed_capacity{resource="worker"}', ([value]) => value === wanted);

/** The load rises beyond the maximum and falls. Changes, reads and samples fail on the way. */
async function makeSpike(): Promise<void> {
  await capacityIs(2);
  await api.resources();
  depth = 200;
  await capacityIs(6);
  await seen('the maximum', 'escapement_limited{limit="max"}', ([value]) => value === 1);

  await sidecar.setFaults({
    faults: [
      { type: 'reject', on: 'change', status: 422 },
      { type: 'drop', on: 'change', appliesAfterMs: 0 },
    ],
  });
  depth = 10;
  await capacityIs(1);
  await seen('the outcomes', 'sum by (outcome) (escapement_changes_total{outcome=~"rejected|unknown"})', (values) =>
    [0, 1].every((index) => (values[index] ?? 0) > 0),
  );

  // Prometheus sees the increase of a counter from the second request on.
  await api.resources();
  isLoadBroken = true;
  await sidecar.setFaults({ faults: [{ type: 'reject', on: 'read', status: 503, times: 3 }] });
  await seen('failed samples', 'escapement_signal_errors_total{signal="load"}', ([value = 0]) => value > 2);
  await seen('failed reads', 'escapement_platform_errors_total', ([value]) => value === 3);
  await seen('the failing signal', 'escapement_signal_failing{signal="load"}', ([value]) => value === 1);

  await put('override', { capacity: 3 });
  await capacityIs(3);
  await put('pause', { direction: 'down' });
  await seen('the pause', 'escapement_paused{direction="down"}', ([value]) => value === 1);
  await seen('the override', 'escapement_override_capacity', ([value]) => value === 3);
  await seen('the pause, in some scrapes', 'count_over_time(escapement_paused[30s])', ([value = 0]) => value > 2);
}

async function put(what: string, body: object): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const { status } = await api.call(`/v1/resources/worker/${what}`, {
    method: 'PUT',
    headers,
    body: JSON.stringify(body),
  });
  expect(status).toBe(200);
}

describe('the dashboards', () => {
  it.each(panelQueries().map(({ place, expr }) => [place, expr]))('%s has data', async (_place, expr) => {
    const answer = await prometheus.range(substituted(expr, 'worker'), startedAtMs, Date.now());
    const numbers = answer.flatMap(({ values }) => values.map(([, value]) => Number(value)));
    expect(numbers.filter((value) => !Number.isNaN(value)).length).toBeGreaterThan(0);
  });

  it('have a query in each panel', () => {
    expect(panelsWithoutQueries()).toEqual([]);
    expect(panelQueries().length).toBeGreaterThan(50);
  });

  it('show the spike: the desired capacity goes up and down, and the observed capacity follows', async () => {
    for (const metric of ['escapement_desired_capacity', 'escapement_observed_capacity', 'escapement_ready_capacity']) {
      const [series] = await prometheus.range(`max by (resource) (${metric})`, startedAtMs, Date.now());
      const values = series!.values.map(([, value]) => Number(value));
      const steps = values.filter((value, index) => value !== values[index - 1]);
      expect(steps[0]).toBe(2);
      expect(Math.max(...steps)).toBe(6);
      expect(Math.min(...steps)).toBe(1);
      expect(steps.indexOf(6)).toBeLessThan(steps.lastIndexOf(1));
      expect(steps.at(-1)).toBe(3);
    }
  });
});

describe('the rules', () => {
  it('are accepted by promtool, with the configuration, and pass their tests', async () => {
    const promtool = await needs.promtool.path();
    const files = (folder: string) => ['resources.yml', 'processes.yml'].map((name) => `${folder}/${name}`);
    await run(promtool, ['check', 'config', 'monitoring/prometheus/prometheus.yml']);
    await run(promtool, ['test', 'rules', ...files('monitoring/prometheus/tests')]);
  });

  it('are evaluated without an error', async () => {
    const rules = await prometheus.rules();
    expect(rules).toHaveLength(written().length);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  it('fire for what happened: a change whose outcome was unknown', async () => {
    await seen(
      'the alert',
      'ALERTS{alertname="EscapementOutcomeUnknown", alertstate="firing"}',
      ([value]) => value === 1,
    );
    const firing = await prometheus.now(
      'ALERTS{alertname=~"EscapementDown|EscapementTemporalUnreachable|EscapementNotWatched"}',
    );
    expect([...firing.keys()]).toEqual([]);
  });
});

it('every metric that a dashboard or a rule names has been scraped', async () => {
  const known = new Set(await prometheus.metricNames());
  const expressions = [...panelQueries().map(({ expr }) => expr), ...written().map(({ expr }) => expr)];
  const named = new Set(expressions.flatMap(namesIn));
  expect(named.size).toBeGreaterThan(25);
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
});

function written(): { expr: string }[] {
  return ['recording', 'alerts'].flatMap((name) => {
    const { groups } = parse(readFileSync(`${rulesFolder}/${name}.yml`, 'utf8')) as {
      groups: { rules: { expr: string }[] }[];
    };
    return groups.flatMap(({ rules }) => rules);
  });
}
