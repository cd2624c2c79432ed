import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { PlanAnswer } from '../../src/api/plan/answers.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { poll, type TestResource } from '../workflows/workbench.js';
import { openApi, type TestApi } from './test-api.js';

const bench = await openWorkbench();

const stepTo = ({ resource }: TestResource, target: number) => ({ resource, target });
const problem = (type: string) => `urn:escapement:problem:${type}`;

async function twoResources(): Promise<{ api: TestApi; db: TestResource; web: TestResource }> {
  const [db, web] = [await bench.resource({ capacity: 1 }), await bench.resource({ capacity: 2 })];
  const api = await openApi(bench.server.client, [db, web], { webUiUrl: 'http://127.0.0.1:8233' });
  return { api, db, web };
}

describe('POST /v1/plans', () => {
  it('answers 202 with the plan, which GET shows until it is reached', async () => {
    const { api, db, web } = await twoResources();
    const body = { steps: [stepTo(db, 2), stepTo(web, 3)], reason: 'a launch' };
    const answer = await api.call('POST', '/v1/plans', { body });
    const { id } = answer.body as PlanAnswer;
    expect(answer).toMatchObject({
      status: 202,
      body: {
        phase: 'scaling',
        reason: 'a launch',
        timeoutSeconds: 3600,
        steps: [{ moves: [{ target: 2, phase: 'waiting', before: null }] }, { moves: [{ target: 3 }] }],
        links: { self: `/v1/plans/${id}`, webUi: expect.stringContaining(`plan%3A${id}`) as unknown },
      },
    });
    expect(answer.headers.get('location')).toBe(`/v1/plans/${id}`);
    const ended = await poll(
      async () => (await api.call('GET', `/v1/plans/${id}`)).body as PlanAnswer,
      ({ closedAt }) => closedAt !== null,
    );
    expect(ended).toMatchObject({ phase: 'reached', sentence: 'All resources are at their targets.' });
    expect([db.capacity(), web.capacity()]).toEqual([2, 3]);
    const run = (await api.call('GET', `/v1/resources/${web.resource}`)).body;
    expect(run).toMatchObject({ reason: `plan ${id}, step 2: a launch` });
  });

  it('scales the resources of a step together, and waits for the end of the plan where it is asked to', async () => {
    const { api, db, web } = await twoResources();
    const body = { steps: [{ together: [stepTo(db, 2), stepTo(web, 3)] }], timeout: '30m' };
    const answer = await api.call('POST', '/v1/plans', { body, headers: { prefer: 'wait=30' } });
    expect(answer).toMatchObject({ status: 200, body: { phase: 'reached', timeoutSeconds: 1800 } });
    expect(answer.headers.get('preference-applied')).toBe('wait=30');
  });

  it('answers a wait with the problem of a plan that failed', async () => {
    const { api, db, web } = await twoResources();
    web.simulator.faults.set({ faults: [{ type: 'reject', status: 400, on: 'change' }] });
    const body = { steps: [stepTo(db, 2), stepTo(web, 3)] };
    expect(await api.call('POST', '/v1/plans', { body, headers: { prefer: 'wait=30' } })).toMatchObject({
      status: 500,
      body: { type: problem('plan-failed'), detail: expect.stringContaining(`${db.resource} is back at 1`) as unknown },
    });
  });

  it('answers the same key with the same plan, and refuses another plan with it', async () => {
    const { api, db } = await twoResources();
    const headers = { 'idempotency-key': `k-${randomUUID()}`, prefer: 'wait=30' };
    const body = { steps: [stepTo(db, 2)] };
    const first = await api.call('POST', '/v1/plans', { body, headers });
    expect(first).toMatchObject({ status: 200, body: { id: headers['idempotency-key'] } });
    expect(await api.call('POST', '/v1/plans', { body, headers })).toEqual({
      ...first,
      headers: expect.anything() as unknown,
    });
    expect(db.changeTimes()).toHaveLength(1);
    expect(await api.call('POST', '/v1/plans', { body: { steps: [stepTo(db, 3)] }, headers })).toMatchObject({
      status: 409,
      body: { type: problem('idempotency-conflict') },
    });
  });

  it('starts nothing when any step is not possible, and names every field', async () => {
    const { api, db, web } = await twoResources();
    const together = [stepTo(web, 3), { resource: 'nosuch', target: 1 }];
    expect(await api.call('POST', '/v1/plans', { body: { steps: [stepTo(db, 99), { together }] } })).toMatchObject({
      status: 404,
      body: {
        type: problem('unknown-resource'),
        errors: [
          { pointer: '#/steps/1/together/1/resource', detail: expect.stringContaining('nosuch') as unknown },
          { pointer: '#/steps/0/target', detail: `${db.resource}: 99 is above the maximum of 20` },
        ],
      },
    });
    expect(await api.call('POST', '/v1/plans', { body: { steps: [stepTo(web, 3), stepTo(db, 99)] } })).toMatchObject({
      status: 422,
      body: { type: problem('out-of-bounds'), errors: [{ pointer: '#/steps/1/target' }] },
    });
    await expect(db.handle.describe()).rejects.toThrow('not found');
    await expect(web.handle.describe()).rejects.toThrow('not found');
  });

  it.each([
    ['without steps', {}, '#/steps'],
    ['with a step that is two things', { steps: [{ resource: 'a', target: 1, together: [] }] }, '#/steps/0'],
    ['with a resource twice in a step', { steps: [{ together: [a(1), a(2)] }] }, '#/steps/0/together/1/resource'],
    ['with a time limit without a unit', { steps: [a(1)], timeout: '30' }, '#/timeout'],
    ['with more than 50 resources', { steps: Array.from({ length: 51 }, () => a(1)) }, '#/steps'],
  ])('refuses a plan %s', async (_, body, pointer) => {
    const { api } = await twoResources();
    const answer = await api.call('POST', '/v1/plans', { body });
    expect(answer).toMatchObject({ status: 400, body: { type: problem('invalid-request') } });
    expect((answer.body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer)).toContain(pointer);
  });

  it('refuses a key that cannot be the ID of a plan', async () => {
    const { api, db } = await twoResources();
    const headers = { 'idempotency-key': 'a:b' };
    expect(await api.call('POST', '/v1/plans', { body: { steps: [stepTo(db, 2)] }, headers })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('1 to 100 letters') as unknown },
    });
  });
});

describe('DELETE /v1/plans/{id}', () => {
  it('stops the plan and undoes it, and says so when there is nothing to stop', async () => {
    const { api, db, web } = await twoResources();
    const headers = { 'idempotency-key': `k-${randomUUID()}` };
    const path = `/v1/plans/${headers['idempotency-key']}`;
    await api.call('POST', '/v1/plans', { body: { steps: [stepTo(db, 2), stepTo(web, 15)] }, headers });
    const plan = async () => (await api.call('GET', path)).body as PlanAnswer;
    await poll(plan, ({ steps }) => steps[1]!.moves[0]!.runId !== null);
    expect(await api.call('DELETE', path)).toMatchObject({ status: 202 });
    expect(await poll(plan, ({ closedAt }) => closedAt !== null)).toMatchObject({
      phase: 'cancelled',
      sentence: expect.stringMatching(/^The plan was cancelled\. .* is back at 2\. .* is back at 1\.$/) as unknown,
    });
    expect(await api.call('DELETE', path)).toMatchObject({ status: 409, body: { type: problem('nothing-under-way') } });
    expect([db.capacity(), web.capacity()]).toEqual([1, 2]);
  });

  it('undoes nothing with undo=false', async () => {
    const { api, db } = await twoResources();
    const { id } = (await api.call('POST', '/v1/plans', { body: { steps: [stepTo(db, 3)] } })).body as PlanAnswer;
    const plan = async () => (await api.call('GET', `/v1/plans/${id}`)).body as PlanAnswer;
    await poll(plan, ({ steps }) => steps[0]!.moves[0]!.runId !== null);
    expect(await api.call('DELETE', `/v1/plans/${id}?undo=false`)).toMatchObject({ status: 202 });
    expect(await poll(plan, ({ closedAt }) => closedAt !== null)).toMatchObject({ phase: 'cancelled' });
    await db.handle.result();
    expect(db.capacity()).toBe(3);
    expect(await api.call('DELETE', `/v1/plans/${id}?undo=maybe`)).toMatchObject({ status: 400 });
  });
});

it('GET /v1/plans lists plans, and a plan that does not exist is a problem', async () => {
  const { api, db } = await twoResources();
  const { id } = (await api.call('POST', '/v1/plans', { body: { steps: [stepTo(db, 2)] } })).body as PlanAnswer;
  const listed = async () => ((await api.call('GET', '/v1/plans?limit=100')).body as { plans: PlanAnswer[] }).plans;
  expect((await poll(listed, (plans) => plans.some((plan) => plan.id === id))).length).toBeGreaterThan(0);
  expect(await api.call('GET', '/v1/plans?limit=0')).toMatchObject({ status: 400 });
  expect(await api.call('GET', '/v1/plans/nosuch')).toMatchObject({
    status: 404,
    body: { type: problem('unknown-plan') },
  });
});

function a(target: number) {
  return { resource: 'a', target };
}
