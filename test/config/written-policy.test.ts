/** The policy of a resource as its author wrote it: its text, its place, and no secret. */
import { describe, expect, it, test } from '@jest/globals';
import { parse } from 'yaml';
import type { WrittenPolicy } from '../../src/config/config.js';
import { fastAutoscalerConfig } from '../../src/config/environment/ecs-fast-autoscaler.js';
import { withoutLiteralSecrets } from '../../src/config/file/literal-secrets.js';
import type { Environment } from '../../src/config/file/placeholders.js';
import { read, workerWith } from './written.js';

const environment: Environment = { TARGET: '25', DEPTH_PASSWORD: 'hunter2-hunter2' };

async function policyIn(text: string): Promise<WrittenPolicy> {
  return (await read(text, environment)).resources.worker!.writtenPolicy!;
}

const policy = `# What the team agreed on.
interval: 15s # often enough

signals:
  depth: { type: http-json, url: "http://queue/depth", path: depth, username: reader, password: "\${DEPTH_PASSWORD}" }
policies:
  - type: perUnit
    value: depth
    target: \${TARGET}
  # The end of the list.
`;
const inFile = (text: string) => text.replaceAll(/^(?=.)/gm, '  ');

describe('the written policy', () => {
  it('is the text of the file, with its comments and placeholders, and says where it is', async () => {
    const written = await policyIn(workerWith(`autoscale:\n${inFile(policy)}\n# About the next field.\nstep: 1`));
    expect(written.text).toBe(policy);
    expect(written.hidden).toEqual([]);
    expect(written.place).toEqual({
      ...{ file: 'escapement.yaml', path: 'resources.worker.autoscale' },
      ...{ line: 7, column: 5 },
    });
    expect(written.placeholders).toEqual({ '${TARGET}': '25' });
    expect(JSON.stringify(written)).not.toContain('hunter2');
  });

  it('may be a mapping in braces, on the line of its key', async () => {
    const text = '{ policies: [{ type: fixed, capacity: 2 }] }';
    expect((await policyIn(workerWith(`autoscale: ${text} # fixed`))).text).toBe(text);
  });

  it('of a file with line breaks of Windows has plain ones', async () => {
    const text = workerWith('autoscale:\n  interval: 15s\n  policies:\n    - { type: fixed, capacity: 2 }');
    expect((await policyIn(text.replaceAll('\n', '\r\n'))).text).toBe(
      'interval: 15s\npolicies:\n  - { type: fixed, capacity: 2 }\n',
    );
  });

  it('of a resource that inherits it is the one in defaults', async () => {
    const fixed = 'autoscale:\n    # all of them\n    policies: [{ type: fixed, capacity: 2 }]';
    const text = `defaults:\n  ${fixed}\n${workerWith('')}`;
    const written = await policyIn(text);
    expect(written.text).toBe('# all of them\npolicies: [{ type: fixed, capacity: 2 }]\n');
    expect(written.place).toMatchObject({ path: 'defaults.autoscale', line: 2, column: 3 });
  });

  it('of a resource that sets some of the fields is made from both', async () => {
    const defaults =
      'defaults:\n  autoscale:\n    interval: 30s\n    fallback: { after: "${AFTER:-4}" }\n    policies: [{ type: fixed, capacity: 9 }]\n';
    const written = await policyIn(
      defaults + workerWith('autoscale: { policies: [{ type: fixed, capacity: 2 }], interval: 10s }'),
    );
    expect(parse(written.text)).toEqual({
      interval: '10s',
      fallback: { after: '${AFTER:-4}' },
      policies: [{ type: 'fixed', capacity: 2 }],
    });
    expect(written.place).toMatchObject({ path: 'resources.worker.autoscale' });
    expect(written.placeholders).toEqual({ '${AFTER:-4}': '4' });
  });

  it('with an alias is made from the values', async () => {
    const list = 'defaults:\n  autoscale: &policy { policies: [{ type: fixed, capacity: 2 }] }\n';
    const written = await policyIn(list + workerWith('autoscale: *policy'));
    expect(parse(written.text)).toEqual({ policies: [{ type: 'fixed', capacity: 2 }] });
  });

  it('from environment variables has the names of secrets, and no place', () => {
    const { resources } = fastAutoscalerConfig({
      ...{ ECS_CLUSTER: 'shop', SERVICE_NAME: 'worker', QUEUE_TYPE: 'redis', REDIS_HOST: 'redis' },
      ...{ REDIS_QUEUE_KEY: 'jobs', REDIS_PASSWORD: 'hunter2-hunter2' },
    });
    const written = resources.worker!.writtenPolicy!;
    expect(written.place).toBeNull();
    expect(parse(written.text)).toMatchObject({
      interval: '60s',
      signals: { messages: { type: 'redis', key: 'jobs', password: '${REDIS_PASSWORD}' } },
      policies: [{ type: 'perUnit', target: 1 }],
    });
    expect(JSON.stringify(written)).not.toContain('hunter2');
  });
});

describe('a secret that is written in the file itself', () => {
  test.each([
    ['password: hunter2', 'password', 'password: "${DEPTH_PASSWORD}"'],
    ['password: "hunter2"', 'password', 'password: "${DEPTH_PASSWORD}"'],
    ['password: 12345678', 'password', 'password: "${DEPTH_PASSWORD}"'],
    ['bearerToken: hunter2', 'bearerToken', 'bearerToken: "${DEPTH_BEARERTOKEN}"'],
    ['headers: { x-any: hunter2 }', 'headers.x-any', 'headers: { x-any: "${DEPTH_HEADERS_X_ANY}" }'],
    ['url: "redis://user:hunter2@host"', 'url', 'url: "${DEPTH_URL}"'],
    ['url: "https://host/q?api_key=hunter2"', 'url', 'url: "${DEPTH_URL}"'],
    ['tls: { key: hunter2 }', 'tls.key', 'tls: { key: "${DEPTH_TLS_KEY}" }'],
    [
      'aws: { secretAccessKey: hunter2 }',
      'aws.secretAccessKey',
      'aws: { secretAccessKey: "${DEPTH_AWS_SECRETACCESSKEY}" }',
    ],
    ['nodes: ["redis://:hunter2@a"]', 'nodes[0]', 'nodes: ["${DEPTH_NODES_0}"]'],
    ['password: |\n      hunter2\n    type: redis', 'password', 'password: "${DEPTH_PASSWORD}"\n    type: redis'],
  ])('%s is not shown', (setting, path, shown) => {
    const around = (text: string) => `signals:\n  depth:\n    ${text}\n# the end\n`;
    const { text, hidden } = withoutLiteralSecrets(around(setting));
    expect(text).toBe(around(shown));
    expect(hidden).toEqual([`signals.depth.${path}`]);
  });

  test.each([
    'signals:\n  depth: { type: redis, key: jobs, url: "redis://host:6379/0" }\n',
    'signals:\n  depth: { password: "${P}", headers: { a: "Bearer ${T}" }, url: "redis://u:${P}@host" }\n',
    'signals:\n  token: { type: constant, value: 1 }\npolicies:\n  - { type: perUnit, value: token, target: 1 }\n',
  ])('nothing else is changed', (text) => {
    expect(withoutLiteralSecrets(text)).toEqual({ text, hidden: [] });
  });
});
