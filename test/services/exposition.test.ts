/** The metrics of programs as their own libraries write them: Go, Erlang, and Node in test/e2e. */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nodeExporterService } from '../../scripts/services/node-exporter.js';
import { prometheusService } from '../../scripts/services/prometheus.js';
import { rabbitmqService } from '../../scripts/services/rabbitmq.js';
import { describeConformance, make, plantedSecret } from '../sources/conformance.js';
import { makeCertificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';

const run = promisify(execFile);
const sampling = fileURLToPath(new URL('sample-process.ts', import.meta.url));
const never = (): AbortSignal => new AbortController().signal;
const sampleOf = async (settings: Record<string, unknown>) => {
  const source = make({ type: 'exposition' }, settings);
  try {
    return await source.sample(never());
  } finally {
    await source.close?.();
  }
};

// bcrypt of the planted secret, with the fewest rounds.
const server = await prometheusService(plantedSecret, '$2b$04$4ktmhKtX7UB5FcUXUGXEueRt9nn.l0dNFL28mZxPt.pcyxI1wSfs2');
const settingsFor = (port: number, metric = 'prometheus_config_last_reload_successful') => ({
  url: `http://127.0.0.1:${port}/metrics`,
  metric,
  username: 'reader',
  password: plantedSecret,
});

beforeAll(() => server.start());
afterAll(() => server.stop());

describeConformance(
  { type: 'exposition', settingsFor },
  {
    server,
    value: 1,
    wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
    missingName: () => ({ settings: settingsFor(server.port, 'no_such_metric'), outcome: 'noData' }),
    // Nothing is scraped: the exposition of Prometheus itself has the gauge all the same.
    empty: () => ({ settings: settingsFor(server.port, 'prometheus_notifications_queue_length'), outcome: 0 }),
  },
);

describe('the metrics of Prometheus', () => {
  beforeAll(async () => {
    await server.stop();
    await server.start();
  });

  it.each([
    ['a counter by its labels', 'promhttp_metric_handler_requests_total', { labels: { code: '500' } }, 0],
    ['a bucket', 'prometheus_tsdb_compaction_duration_seconds_bucket', { labels: { le: '+Inf' } }, 0],
    ['a series by a pattern', 'prometheus_build_info', { matching: { goversion: 'go1\\..*' } }, 1],
    [
      'no series of a metric before there is something to count',
      'prometheus_sd_discovered_targets',
      { series: 'max', emptyAs: 7 },
      7,
    ],
  ])('have %s', async (_name, metric, settings, value) => {
    expect((await sampleOf({ ...settingsFor(server.port, metric), ...settings })).value).toBe(value);
  });

  it('have a counter that each request increases', async () => {
    const settings = {
      ...settingsFor(server.port, 'promhttp_metric_handler_requests_total'),
      labels: { code: '200' },
    };
    const before = (await sampleOf(settings)).value;
    expect((await sampleOf(settings)).value).toBe(before + 1);
  });
});

describe('the metrics of the node exporter', () => {
  let folder = '';
  let exporter: Awaited<ReturnType<typeof nodeExporterService>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'escapement-textfiles-'));
    exporter = await nodeExporterService(folder);
    await exporter.start();
  });
  afterAll(() => exporter.stop());

  it('have labels with every character that is escaped, as Go writes them', async () => {
    const odd = 'C:\\new "jobs"\n, {a="b"} # größe';
    const escaped = odd.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    await writeFile(join(folder, 'a.tmp'), `jobs{queue="${escaped}"} 3\njobs{queue="other"} 4.5e2\n`);
    await rename(join(folder, 'a.tmp'), join(folder, 'a.prom'));
    const settings = { url: `http://127.0.0.1:${exporter.port}/metrics`, metric: 'jobs' };
    await eventually(
      'the file is exposed',
      async () => (await sampleOf({ ...settings, series: 'sum', emptyAs: 0 })).value > 0,
    );
    expect((await sampleOf({ ...settings, labels: { queue: odd } })).value).toBe(3);
    expect((await sampleOf({ ...settings, series: 'sum' })).value).toBe(453);
  });

  it('have the time of the machine', async () => {
    const settings = { url: `http://127.0.0.1:${exporter.port}/metrics`, metric: 'node_time_seconds' };
    const { value } = await sampleOf(settings);
    expect(Math.abs(value * 1000 - Date.now())).toBeLessThan(60_000);
  });
});

describe('the metrics of RabbitMQ', () => {
  it('have the messages of all queues, and of one queue', async () => {
    const rabbit = await rabbitmqService((await makeCertificates()).files);
    await rabbit.during(async () => {
      for (const [queue, messages] of [
        ['jobs', 2],
        ['mails', 3],
      ] as const) {
        await rabbit.manage('PUT', `/queues/%2F/${queue}`, { durable: true });
        const message = { properties: {}, routing_key: queue, payload: 'job', payload_encoding: 'string' };
        for (let sent = 0; sent < messages; sent += 1) {
          await rabbit.manage('POST', '/exchanges/%2F/amq.default/publish', message);
        }
      }
      const url = `http://127.0.0.1:${rabbit.metricsPort}/metrics`;
      const all = { url, metric: 'rabbitmq_queue_messages_ready' };
      await eventually('the metrics have the messages', async () => (await sampleOf(all)).value === 5, 60_000);
      const each = { url: `${url}/per-object`, metric: 'rabbitmq_queue_messages_ready' };
      expect((await sampleOf({ ...each, labels: { vhost: '/', queue: 'mails' } })).value).toBe(3);
      expect((await sampleOf({ ...each, series: 'max' })).value).toBe(3);
    });
  });
});

/** In a mount namespace of its own, whose hosts file gives one name several addresses. */
describe('a name with several addresses', () => {
  const servers: Server[] = [];
  let port = 0;
  const hosts: (string | undefined)[] = [];
  beforeAll(async () => {
    for (const [at, address] of ['127.0.0.2', '127.0.0.3', '::1'].entries()) {
      const each = createServer((request, response) => {
        hosts.push(request.headers.host);
        response.setHeader('content-type', 'text/plain; version=0.0.4').end(`jobs ${10 ** at}\n`);
      });
      each.listen(port, address);
      await once(each, 'listening');
      ({ port } = each.address() as AddressInfo);
      servers.push(each);
    }
  });
  afterAll(() => Promise.all(servers.map((each) => once(each.close(), 'close'))));

  const sampleWith = async (lines: readonly string[], settings: Record<string, unknown>) => {
    const file = join(await mkdtemp(join(tmpdir(), 'escapement-hosts-')), 'hosts');
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    const given = JSON.stringify({
      type: 'exposition',
      url: `http://workers.example:${port}/`,
      metric: 'jobs',
      series: 'sum',
      discover: 'dns',
      ...settings,
    });
    const script = 'mount --bind "$1" /etc/hosts && exec node --import tsx "$2" "$3"';
    const { stdout } = await run('unshare', ['--mount', 'sh', '-c', script, 'sh', file, sampling, given]);
    return JSON.parse(stdout) as { readonly value: number; readonly note?: string };
  };

  it('is that many instances, which keep the name in their Host header', async () => {
    expect(await sampleWith(['127.0.0.2 workers.example', '127.0.0.3 workers.example'], {})).toMatchObject({
      value: 11,
    });
    expect(new Set(hosts)).toEqual(new Set([`workers.example:${port}`]));
  });

  it('is one instance that counts once if it has an IPv6 address too', async () => {
    expect(await sampleWith(['127.0.0.2 workers.example', '::1 workers.example'], {})).toMatchObject({ value: 1 });
  });

  it('may have only IPv6 addresses', async () => {
    expect(await sampleWith(['::1 workers.example'], {})).toMatchObject({ value: 100 });
  });

  it('has a missing instance where one address does not respond', async () => {
    const lines = ['127.0.0.2 workers.example', '127.0.0.9 workers.example'];
    expect(await sampleWith(lines, { missing: 'ignore' })).toMatchObject({
      value: 1,
      note: `1 of 2 instances could be read, without http://127.0.0.9:${port}`,
    });
  });
});
