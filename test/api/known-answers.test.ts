/** `ETag` and `If-None-Match`, on every route that reads. The contract of the tests also requires the documented header. */
import { expect, it } from '@jest/globals';
import type { AutoscaleAnswer } from '../../src/api/autoscale/answers.js';
import { eventually } from '../support/eventually.js';
import { poll } from '../workflows/workbench.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import type { TestApi } from './test-api.js';
import { openWatched } from './watched.js';

const bench = await openWorkbench();
const { resource, path, open } = await openWatched(bench);

async function evaluationOver(api: TestApi) {
  const { headers, body } = await api.call('GET', path('evaluation'));
  const answer = body as AutoscaleAnswer;
  return { tag: headers.get('etag'), answer, age: answer.evaluation?.samples[0]?.ageSeconds ?? null };
}

it.each([
  ['the list', '/v1/resources'],
  ['one resource', `/v1/resources/${resource.resource}`],
  ['its runs', path('runs')],
  ['its evaluation', path('evaluation')],
  ['its decisions', path('decisions')],
  ['its series in a range that is over', path('series?from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z')],
  ['its policy', path('policy')],
  ['the schema of policies', '/v1/schemas/autoscale'],
  ['the OpenAPI document', '/openapi.json'],
])('%s is not sent again to a caller that has it', async (_, route) => {
  const api = await open();
  const known = (ifNoneMatch: string) => api.call('GET', route, { headers: { 'If-None-Match': ifNoneMatch } });
  await poll(
    () => evaluationOver(api),
    ({ age }) => age !== null,
  );
  const tag = await eventually('the same tag twice, after the first heartbeats of the watch', async () => {
    const { status, headers } = await api.call('GET', route);
    expect(status).toBe(200);
    const seen = headers.get('etag')!;
    return (await known(seen)).status === 304 && seen;
  });
  expect(tag).toMatch(/^W\/"[\w-]{27}"$/);
  const again = await known(tag.replace('W/', ''));
  expect(again).toMatchObject({ status: 304, body: '' });
  expect(again.headers.get('etag')).toBe(tag);
  expect((await known(`"another", ${tag}`)).status).toBe(304);
  expect((await known('*')).status).toBe(304);
  expect((await known('"another"')).status).toBe(200);
});

it('an evaluation keeps its tag while only its ages grow, and has another one when it is paused', async () => {
  const api = await open();
  const [first, older] = await eventually('an older answer between two heartbeats', async () => {
    const one = await evaluationOver(api);
    const other = await poll(
      () => evaluationOver(api),
      ({ age }) => one.age !== null && age !== one.age,
    );
    return one.answer.heardAt === other.answer.heardAt && ([one, other] as const);
  });
  expect(older.tag).toBe(first.tag);
  await api.call('PUT', path('pause'), { body: {}, headers: { Prefer: 'wait=30' } });
  expect((await evaluationOver(api)).tag).not.toBe(first.tag);
});
