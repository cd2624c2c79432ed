/** The policy as its author wrote it, and the schema of what can be written: neither needs Temporal. */
import { describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { PolicyAnswer } from '../../src/api/policy/answers.js';
import type { ProblemAnswer } from '../../src/api/http/problem.js';
import { connectClient } from '../../src/client/temporal/connection.js';
import { fileConfig } from '../../src/config/file/file-config.js';
import { openApi, type TestApi } from './test-api.js';

const client = new Client({
  connection: connectClient({ address: '127.0.0.1:1', namespace: 'default', isConfigured: true, options: {} }),
});
const secrets = { PASSWORD: 'fr0m-the-environment', CAPACITY: '2' };
const literal = 'wr1tten-in-the-file';

const file = `version: 1
resources:
  worker:
    platform: omnistrate
    min: 1
    max: 9
    autoscale:
      # Agreed on in spring.
      signals:
        depth: { type: redis, url: "redis://host", key: jobs, password: "\${PASSWORD}" }
        other: { type: redis, url: "redis://user:${literal}@host", key: more }
      policies:
        - { type: fixed, capacity: "\${CAPACITY}" }
  plain: { platform: { type: omnistrate, url: "http://127.0.0.1:49751" }, min: 1, max: 9 }
`;

const opened = async (): Promise<TestApi> =>
  openApi(client, [], { config: await fileConfig(file, 'escapement.yaml', secrets) });

describe('GET /v1/resources/{resource}/policy', () => {
  it('answers what is written, where it is written, and no secret', async () => {
    const { status, body } = await (await opened()).call('GET', '/v1/resources/worker/policy');
    const { autoscale, hidden, place } = body as PolicyAnswer;
    expect({ status, hidden, place }).toEqual({
      status: 200,
      hidden: ['signals.other.url'],
      place: { file: 'escapement.yaml', path: 'resources.worker.autoscale', line: 7, column: 5 },
    });
    expect(autoscale).toMatch(/^# Agreed on in spring.\nsignals:\n {2}depth: /);
    expect(parse(autoscale)).toMatchObject({
      signals: { depth: { password: '${PASSWORD}' }, other: { url: '${OTHER_URL}' } },
      policies: [{ capacity: '${CAPACITY}' }],
    });
    for (const secret of [secrets.PASSWORD, literal]) expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('says so where the resource is not autoscaled or does not exist', async () => {
    const api = await opened();
    const type = (name: string) => ({ status: 404, body: { type: `urn:escapement:problem:${name}` } });
    expect(await api.call('GET', '/v1/resources/plain/policy')).toMatchObject(type('not-autoscaled'));
    expect(await api.call('GET', '/v1/resources/nobody/policy')).toMatchObject(type('unknown-resource'));
  });

  it('can be tried as it is: each problem of another text has its line', async () => {
    const api = await opened();
    const { autoscale } = (await api.call('GET', '/v1/resources/worker/policy')).body as PolicyAnswer;
    const tried = (text: string) => api.call('POST', '/v1/resources/worker/backtest', { body: { autoscale: text } });
    // Valid: only the recording is missing, because Temporal is.
    expect(await tried(autoscale)).toMatchObject({ status: 503 });
    const { status, body } = await tried(autoscale.replace('fixed', 'fixt'));
    expect(status).toBe(400);
    const { errors = [] } = body as ProblemAnswer;
    expect(errors).toEqual([
      {
        pointer: '#/autoscale/policies/0/type',
        detail: expect.stringContaining('must be one of'),
        line: 6,
        column: expect.any(Number),
      },
    ]);
  });

  it('no answer of a try has the value of a placeholder', async () => {
    const api = await opened();
    for (const text of [
      'policies: [{ type: "${PASSWORD}" }]',
      'policies: [{ type: fixed, capacity: "${PASSWORD}" }]',
    ]) {
      const { status, body } = await api.call('POST', '/v1/resources/worker/backtest', { body: { autoscale: text } });
      expect(status).toBe(400);
      expect(JSON.stringify(body)).not.toContain(secrets.PASSWORD);
    }
  });
});

describe('GET /v1/schemas/autoscale', () => {
  it('is a JSON Schema that accepts a policy and refuses a misspelled one', async () => {
    const { status, headers, body } = await (await opened()).call('GET', '/v1/schemas/autoscale');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/schema+json');
    const validate = new Ajv2020({ strict: false }).compile(body as object);
    const policies = [{ type: 'perUnit', value: 'depth', target: '${TARGET}' }];
    expect(validate({ interval: '15s', policies })).toBe(true);
    expect(validate({ interval: '15s', policys: policies })).toBe(false);
    expect(validate({ policies: [{ type: 'perUnit', value: 'depth', target: 'many' }] })).toBe(false);
  });

  it('is not sent again to a caller that has it', async () => {
    const api = await opened();
    const { headers } = await api.call('GET', '/v1/schemas/autoscale');
    expect(headers.get('cache-control')).toBe('no-cache');
    const tag = headers.get('etag') ?? '';
    const again = await api.call('GET', '/v1/schemas/autoscale', { headers: { 'If-None-Match': tag } });
    expect(again).toMatchObject({ status: 304, body: '' });
    const plain = await api.call('GET', '/v1/schemas/autoscale', { headers: { 'Accept-Encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  it('requires the token of the API', async () => {
    const api = await openApi(client, [], { token: 'correct-horse-battery-staple' });
    expect(await api.call('GET', '/v1/schemas/autoscale')).toMatchObject({ status: 401 });
  });
});
