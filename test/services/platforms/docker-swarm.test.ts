/** The Docker Swarm adapter against a real Docker Engine, whose tasks are real containers. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dockerService, type DockerService } from '../../../scripts/services/docker.js';
import { dockerSwarm } from '../../../src/adapters/platforms/docker-swarm/docker-swarm.js';
import { DockerEngine } from '../../../src/adapters/platforms/docker-swarm/engine.js';
import type { Platform } from '../../../src/adapters/platforms/platform.js';
import { makeCertificates, type Certificates } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';

let docker: DockerService;
let certificates: Certificates;
const opened: Platform[] = [];
const never = new AbortController().signal;
const permitted = { isValid: () => true };
const changeOf = (from: number, to: number) => ({ from, to, idempotencyKey: 'run/1' });

beforeAll(async () => {
  certificates = await makeCertificates();
  docker = await dockerService(certificates.files);
  await docker.start();
}, 300_000); // The first time, the Engine is installed.

afterAll(async () => {
  for (const platform of opened) await platform.close?.();
  await docker.stop();
});

function platformFor(service: string, settings: object = { host: docker.host }): Platform {
  const chosen = dockerSwarm.settings.parse({ service, ...settings });
  const platform = dockerSwarm.create(chosen, { resource: 'worker', requestTimeoutMs: 10_000 });
  opened.push(platform);
  return platform;
}

const active = (platform: Platform, capacity: number) =>
  eventually(`${capacity} and ACTIVE`, async () => {
    const observation = await platform.observe(never);
    return observation.capacity === capacity && observation.status === 'ACTIVE' && observation.ready === capacity;
  });

async function tasksOf(service: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ service: [service], 'desired-state': ['running'] }));
  const tasks = (await docker.request('GET', `/tasks?filters=${filters}`)) as { ID: string }[];
  return tasks.map(({ ID }) => ID).sort();
}

describe('a service', () => {
  it('is scaled out, in and to zero over the socket, and its other tasks keep running', async () => {
    await docker.createService('web', 1);
    const platform = platformFor('web');
    await active(platform, 1);
    const [first] = await tasksOf('web');
    expect(await platform.change(changeOf(1, 3), permitted, never)).toEqual({ outcome: 'accepted' });
    await active(platform, 3);
    expect(await tasksOf('web')).toContain(first);
    expect(await platform.change(changeOf(3, 0), permitted, never)).toEqual({ outcome: 'accepted' });
    await active(platform, 0);
  });

  it('is scaled over TCP with a client certificate, which the Engine requires', async () => {
    await docker.createService('secure', 1);
    const { ca, cert, key } = certificates;
    const platform = platformFor('secure', { host: docker.tcpHost, tls: { ca, cert, key } });
    await active(platform, 1);
    expect(await platform.change(changeOf(1, 0), permitted, never)).toEqual({ outcome: 'accepted' });
    const stranger = platformFor('secure', { host: docker.tcpHost, tls: { ca } });
    await expect(stranger.observe(never)).rejects.toMatchObject({ name: 'AdapterError' });
    expect(await stranger.change(changeOf(0, 1), permitted, never)).toMatchObject({ outcome: 'rejected' });
  });

  it('keeps every other field of its specification', async () => {
    const more = {
      Labels: { owner: 'shop', 'a key with ünicode': '"' },
      UpdateConfig: { Parallelism: 2, Delay: 5_000_000_000, FailureAction: 'rollback', MaxFailureRatio: 0.25 },
      EndpointSpec: { Mode: 'dnsrr' },
    };
    await docker.createService('kept', 0, more);
    const before = (await docker.request('GET', '/services/kept')) as { Spec: object };
    expect(await platformFor('kept').change(changeOf(0, 1), permitted, never)).toEqual({ outcome: 'accepted' });
    const after = (await docker.request('GET', '/services/kept')) as { Spec: object };
    expect(before.Spec).toMatchObject(more);
    expect(after.Spec).toEqual({ ...before.Spec, Mode: { Replicated: { Replicas: 1 } } });
  });

  it('is not confused with a service whose name begins with its name', async () => {
    await docker.createService('job-two', 0);
    await expect(platformFor('job').observe(never)).rejects.toMatchObject({ code: 'missing' });
    expect(await platformFor('job').change(changeOf(0, 1), permitted, never)).toMatchObject({
      outcome: 'rejected',
      final: true,
    });
    await docker.createService('job', 0);
    expect(await platformFor('job').observe(never)).toMatchObject({ capacity: 0, status: 'ACTIVE' });
  });

  it('that is global has no size', async () => {
    await docker.createService('everywhere', 0, { Mode: { Global: {} } });
    const platform = platformFor('everywhere');
    await expect(platform.observe(never)).rejects.toThrow('is not replicated');
    expect(await platform.change(changeOf(0, 1), permitted, never)).toMatchObject({ outcome: 'rejected', final: true });
  });
});

describe('a service that other writers change', () => {
  it('is not changed from a size that it no longer has', async () => {
    await docker.createService('moved', 0);
    const platform = platformFor('moved');
    await docker.setReplicas('moved', 2);
    expect(await platform.change(changeOf(0, 1), permitted, never)).toMatchObject({
      outcome: 'rejected',
      final: false,
      reason: expect.stringContaining('has 2 replicas, not 0') as unknown,
    });
    expect(await docker.replicas('moved')).toBe(2);
  });

  it('is changed by exactly one of four concurrent changes, and no other counts as accepted', async () => {
    await docker.createService('contested', 0);
    const platform = platformFor('contested');
    const sizes = [1, 2, 3, 4];
    const outcomes = await Promise.all(sizes.map((to) => platform.change(changeOf(0, to), permitted, never)));
    const accepted = sizes.filter((_, index) => outcomes[index]!.outcome === 'accepted');
    expect(accepted).toHaveLength(1);
    expect(await docker.replicas('contested')).toBe(accepted[0]);
  });

  it('refuses a write with an outdated version, which is a conflict and no other failure', async () => {
    await docker.createService('outdated', 0);
    const { ID, Version, Spec } = (await docker.request('GET', '/services/outdated')) as {
      readonly ID: string;
      readonly Version: { readonly Index: number };
      readonly Spec: object;
    };
    await docker.setReplicas('outdated', 2);
    const engine = new DockerEngine(docker.host, undefined, 10_000);
    const version = await engine.readVersion(never);
    const path = `/services/${ID}/update?version=${Version.Index}&registryAuthFrom=spec`;
    const refused = await engine.post({ version, path, body: Spec }, permitted, never);
    engine.close();
    expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining('out of sequence') as unknown });
    expect(await docker.replicas('outdated')).toBe(2);
  });
});
