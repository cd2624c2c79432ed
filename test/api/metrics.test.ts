/** What the API tells Prometheus. The worker of these tests is another process in every respect but its id. */
import { expect, it } from '@jest/globals';
import { createSource } from '../support/create-source.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { poll } from '../workflows/workbench.js';
import { openApi, type TestApi } from './test-api.js';

const bench = await openWorkbench();

async function series(api: TestApi, resource: string): Promise<string[]> {
  const { body } = await api.call('GET', '/metrics');
  const lines = String(body).split('\n');
  return lines.filter((line) => line.includes(`resource="${resource}"`)).map((line) => line.replace('escapement_', ''));
}

it('the metrics follow the run of a resource that is not autoscaled: phase, target, capacity, bounds, cooldown', async () => {
  const pool = await bench.resource({ settings: { min: 1, max: 6, cooldownMs: { up: 600_000, down: 0 } } });
  const { resource } = pool;
  const api = await openApi(bench.server.client, [pool]);
  expect(await series(api, resource)).toEqual([
    `run_phase{resource="${resource}",phase="idle"} 1`,
    `cooldown_left_seconds{resource="${resource}",direction="up"} 0`,
    `cooldown_left_seconds{resource="${resource}",direction="down"} 0`,
    `min_capacity{resource="${resource}"} 1`,
    `max_capacity{resource="${resource}"} 6`,
  ]);

  await api.scale(resource, { targetCapacity: 5 });
  await api.untilPhase(resource, 'coolingDown');
  const cooling = await series(api, resource);
  expect(cooling).toEqual(
    expect.arrayContaining([
      `run_phase{resource="${resource}",phase="coolingDown"} 1`,
      `target_capacity{resource="${resource}"} 5`,
      `desired_capacity{resource="${resource}"} 5`,
      `observed_capacity{resource="${resource}"} 3`,
      `cooldown_left_seconds{resource="${resource}",direction="down"} 0`,
    ]),
  );
  expect(cooling.filter((line) => line.startsWith('run_phase'))).toHaveLength(1);
  const [, left = ''] = /cooldown_left_seconds\{.*"up"\} (\S+)/.exec(cooling.join('\n')) ?? [];
  expect(Number(left)).toBeGreaterThan(500);
  expect(Number(left)).toBeLessThanOrEqual(600);

  await api.call('DELETE', `/v1/resources/${resource}/scale`);
  const ended = await poll(
    () => series(api, resource),
    (lines) => lines.some((line) => line.includes('phase="cancelled"')),
  );
  expect(ended).toContain(`observed_capacity{resource="${resource}"} 3`);
});

it('a run that opens and closes between two pages is on the next one', async () => {
  const pool = await bench.resource({ settings: { cooldownMs: { up: 0, down: 0 } } });
  const { resource } = pool;
  const api = await openApi(bench.server.client, [pool]);
  expect(await series(api, resource)).toContain(`run_phase{resource="${resource}",phase="idle"} 1`);
  await api.scale(resource, { targetCapacity: 3 });
  await pool.handle.result();
  const after = await poll(
    () => series(api, resource),
    (lines) => lines.some((line) => line.includes('phase="settled"')),
  );
  expect(after).toContain(`observed_capacity{resource="${resource}"} 3`);
});

it('requests are measured by the pattern of their route, and a path of a caller never becomes a label', async () => {
  const pool = await bench.resource();
  const api = await openApi(bench.server.client, [pool]);
  await api.call('GET', `/v1/resources/${pool.resource}`);
  await api.call('GET', '/v1/resources/nothing');
  await fetch(`${api.url}/a/path/that/does/not/exist`);
  const { body } = await api.call('GET', '/metrics');
  const counts = String(body)
    .split('\n')
    .filter((line) => line.startsWith('escapement_http_request_duration_seconds_count'));
  expect(counts).toEqual([
    'escapement_http_request_duration_seconds_count{method="GET",route="/v1/resources/:resource",status="200"} 1',
    'escapement_http_request_duration_seconds_count{method="GET",route="/v1/resources/:resource",status="404"} 1',
    'escapement_http_request_duration_seconds_count{method="GET",route="unknown",status="404"} 1',
  ]);
});

it('can be read by a signal of type exposition, as OpenMetrics', async () => {
  const pool = await bench.resource({ settings: { min: 1, max: 6 } });
  const api = await openApi(bench.server.client, [pool]);
  await api.call('GET', `/v1/resources/${pool.resource}`);
  const sampleOf = async (metric: string, labels: Record<string, string>) => {
    const settings = { url: `${api.url}/metrics`, metric, labels };
    const source = createSource('exposition', settings, { signal: 'own', timeoutMs: 10_000 });
    const { value } = await source.sample(new AbortController().signal);
    await source.close?.();
    return value;
  };
  expect(await sampleOf('escapement_max_capacity', { resource: pool.resource })).toBe(6);
  const route = { route: '/v1/resources/:resource', status: '200' };
  expect(await sampleOf('escapement_http_request_duration_seconds_count', route)).toBe(1);
  expect(await sampleOf('escapement_http_request_duration_seconds_bucket', { ...route, le: '+Inf' })).toBe(1);
});

it('needs no token, as the probes do', async () => {
  const api = await openApi(bench.server.client, [], { token: 'secret' });
  expect((await api.call('GET', '/v1/resources')).status).toBe(401);
  expect(await api.call('GET', '/metrics')).toMatchObject({
    status: 200,
    body: expect.stringContaining('escapement_temporal_reachable 1') as unknown,
  });
});
