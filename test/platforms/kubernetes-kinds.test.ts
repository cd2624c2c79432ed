/** The Kubernetes adapter with custom kinds: Argo Rollouts, and where other objects have their ready units. */
import { closeJsonServers } from './fixtures/json-server.js';
import { open } from './fixtures/kubernetes-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

afterEach(closeJsonServers);

const change = { from: 3, to: 5, idempotencyKey: 'run-1/1' };

describe('an Argo Rollout', () => {
  const rollout = { kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1' };
  const scale = { status: { replicas: 3, selector: 'app=web' } };
  // The controller writes the generation as text.
  const seen = (status: object) => ({ status: { observedGeneration: '2', HPAReplicas: 3, replicas: 3, ...status } });

  it.each<[string, object, object]>([
    ['every pod is ready', seen({ readyReplicas: 3, phase: 'Healthy' }), { status: 'ACTIVE', ready: 3 }],
    [
      'no pod is ready, and the controller leaves out the count',
      seen({ phase: 'Progressing' }),
      { status: 'STARTING', ready: 0 },
    ],
    [
      'the controller has not seen the last change',
      seen({ observedGeneration: '1', readyReplicas: 3 }),
      { status: 'STARTING' },
    ],
    [
      'an old controller writes a hash',
      seen({ observedGeneration: '6c8f9d7b5', readyReplicas: 3 }),
      { status: 'ACTIVE' },
    ],
    [
      'it is paused at a step',
      seen({ readyReplicas: 3, phase: 'Paused' }),
      { status: 'ACTIVE', details: { rollout: 'paused' } },
    ],
    [
      'it is degraded',
      seen({ readyReplicas: 2, phase: 'Degraded' }),
      { status: 'STARTING', details: { rollout: 'degraded' } },
    ],
  ])('%s: %j is %j', async (_name, object, expected) => {
    const { platform } = await open({ object, scale }, rollout);
    expect(await platform.observe(never)).toMatchObject({ capacity: 3, ...expected });
  });

  it('can be named by its plural, and its autoscaler is found by its kind', async () => {
    const autoscaler = { metadata: { name: 'cpu' }, spec: { scaleTargetRef: { kind: 'Rollout', name: 'web' } } };
    const { server, platform } = await open({ scale, autoscalers: [autoscaler] }, { ...rollout, kind: 'rollouts' });
    expect(await platform.change(change, permitted, never)).toMatchObject({
      outcome: 'rejected',
      final: true,
      reason: expect.stringContaining('scales Rollout shop/web') as unknown,
    });
    expect(server.requests.map(({ path }) => path)).toContain('/apis/argoproj.io/v1alpha1');
  });
});

describe('the ready units of a custom kind', () => {
  const custom = { kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1' };
  const object = { status: { machines: { up: 2 } } };

  it.each<[string, object]>([
    ['status.machines.up', { ready: 2, status: 'STARTING' }],
    ['status.machines.down', { ready: 0, status: 'STARTING' }],
    ['none', { status: 'ACTIVE' }],
  ])('are read from %s', async (ready, expected) => {
    const { platform } = await open({ object }, { ...custom, ready });
    const seen = await platform.observe(never);
    expect(seen).toMatchObject(expected);
    expect('ready' in seen).toBe('ready' in expected);
  });

  it('are not a text', async () => {
    const { platform } = await open(
      { object: { status: { machines: 'hunter2' } } },
      { ...custom, ready: 'status.machines' },
    );
    const reading = platform.observe(never);
    await expect(reading).rejects.toMatchObject({ code: 'malformed' });
    await expect(reading).rejects.not.toThrow('hunter2');
  });
});
