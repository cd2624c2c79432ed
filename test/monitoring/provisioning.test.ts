/** No container engine is available to the tests: they check that the files name only what exists, and each other. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { readServerSettings } from '../../src/config/environment/process.js';

const read = (path: string): unknown => parse(readFileSync(path, 'utf8'), { merge: true });
const { services } = z
  .object({
    services: z.record(
      z.string(),
      z.object({
        environment: z.record(z.string(), z.string()).optional(),
        ports: z.array(z.string()).default([]),
        profiles: z.array(z.string()).default([]),
        volumes: z.array(z.string()).default([]),
      }),
    ),
  })
  .parse(read('docker-compose.yml'));
const prometheus = z
  .object({
    global: z.object({ scrape_interval: z.string() }),
    rule_files: z.array(z.string()),
    scrape_configs: z.array(
      z.object({
        job_name: z.string(),
        static_configs: z.array(z.object({ targets: z.array(z.string()) })).default([]),
        dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.number() })).default([]),
      }),
    ),
  })
  .parse(read('monitoring/prometheus/prometheus.yml'));
const { datasources } = z
  .object({
    datasources: z.array(z.object({ url: z.string(), jsonData: z.object({ timeInterval: z.string() }) })),
  })
  .parse(read('monitoring/grafana/provisioning/datasources/prometheus.yml'));
const { providers } = z
  .object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) })
  .parse(read('monitoring/grafana/provisioning/dashboards/escapement.yml'));

/** Folder in the repository, by its place in the container. */
function foldersOf(service: string): Map<string, string> {
  const mounts = (services[service]?.volumes ?? []).filter((volume) => volume.startsWith('./'));
  return new Map(mounts.map((mount) => [mount.split(':')[1] ?? '', mount.split(':')[0] ?? '']));
}

describe('docker-compose.yml', () => {
  it('starts Prometheus and Grafana only with the profile "monitoring"', () => {
    const chosen = Object.entries(services).filter(([, { profiles }]) => profiles.includes('monitoring'));
    expect(chosen.map(([name]) => name).sort()).toEqual(['grafana', 'prometheus']);
    expect(Object.values(services).filter(({ profiles }) => profiles.length > 0)).toHaveLength(2);
  });

  it('gives both the folders that they read by default', () => {
    expect(existsSync(`${foldersOf('prometheus').get('/etc/prometheus') ?? ''}/prometheus.yml`)).toBe(true);
    const provisioning = foldersOf('grafana').get('/etc/grafana/provisioning') ?? '';
    expect(existsSync(`${provisioning}/dashboards`) && existsSync(`${provisioning}/datasources`)).toBe(true);
  });

  it('lets the worker listen where Prometheus reaches it', () => {
    const { ESCAPEMENT_LISTEN, ESCAPEMENT_ALLOW_UNAUTHENTICATED } = services['worker']?.environment ?? {};
    expect(readServerSettings({ ESCAPEMENT_LISTEN, ESCAPEMENT_ALLOW_UNAUTHENTICATED }).listen).toBe('0.0.0.0');
  });
});

describe('Prometheus', () => {
  it('scrapes the services of docker-compose.yml on the ports that they listen on', () => {
    const { port, workerPort } = readServerSettings({});
    const targets = prometheus.scrape_configs.flatMap(({ static_configs, dns_sd_configs }) => [
      ...static_configs.flatMap(({ targets: of }) => of),
      ...dns_sd_configs.flatMap(({ names, port: of }) => names.map((name) => `${name}:${of}`)),
    ]);
    expect(targets).toEqual([`api:${port}`, `worker:${workerPort}`, 'localhost:9090']);
    expect(Object.keys(services)).toEqual(expect.arrayContaining(['api', 'worker']));
  });

  it('reads the rules of the repository', () => {
    expect(prometheus.rule_files).toEqual(['rules/*.yml']);
    expect(readdirSync('monitoring/prometheus/rules').sort()).toEqual(['alerts.yml', 'recording.yml']);
  });
});

describe('Grafana', () => {
  it('asks the Prometheus of docker-compose.yml, and knows its scrape interval', () => {
    expect(datasources).toEqual([
      { url: 'http://prometheus:9090', jsonData: { timeInterval: prometheus.global.scrape_interval } },
    ]);
    expect(services['prometheus']?.ports).toEqual(['127.0.0.1:9090:9090']);
  });

  it('reads the dashboards of the repository', () => {
    const folders = providers.map(({ options }) => foldersOf('grafana').get(options.path));
    expect(folders).toEqual(['./monitoring/grafana/dashboards']);
    expect(existsSync('monitoring/grafana/dashboards/fleet.json')).toBe(true);
  });
});
