/** The description of an unexpected response has its error text, types and lengths, and never a value. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startIdentityEndpoint } from '../support/identity-endpoint.js';
import { make } from './conformance.js';
import { keyFile } from './google-monitoring-server.js';
import { kubeconfigFor } from './kubernetes-api.js';
import { LocalHttpServer, type Reply } from './local-servers.js';

const aws = (port: number) => ({
  region: 'eu-central-1',
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId: 'reader', secretAccessKey: 'none' },
});
const google = (port: number) => ({
  project: 'shop',
  credentials: keyFile(),
  endpoint: `http://127.0.0.1:${port}`,
});
const identity = await startIdentityEndpoint(() => 'token');
afterAll(() => identity.stop());
const bus = 'Endpoint=sb://shop/;SharedAccessKeyName=reader;SharedAccessKey=key';
const resource = '/subscriptions/s/resourceGroups/g/providers/Microsoft.App/containerApps/web';
const sources: [string, string, (port: number) => Record<string, unknown>][] = [
  ['http-json', 'http-json', (port) => ({ url: `http://127.0.0.1:${port}`, path: 'depth' })],
  ['prometheus', 'prometheus', (port) => ({ server: `http://127.0.0.1:${port}`, query: 'up' })],
  ['exposition', 'exposition', (port) => ({ url: `http://127.0.0.1:${port}`, metric: 'depth' })],
  [
    'exposition, of two instances',
    'exposition',
    (port) => ({ url: [1, 2].map((id) => `http://127.0.0.1:${port}/${id}`), metric: 'depth', missing: 'ignore' }),
  ],
  ['rabbitmq', 'rabbitmq', (port) => ({ url: `http://127.0.0.1:${port}`, queue: 'jobs', count: 'all' })],
  ['activemq', 'activemq', (port) => ({ url: `http://127.0.0.1:${port}`, queue: 'jobs' })],
  [
    'activemq, of two brokers',
    'activemq',
    (port) => ({ url: [1, 2].map((id) => `http://127.0.0.1:${port}/${id}`), broker: '*', queue: 'jobs' }),
  ],
  ['elasticsearch', 'elasticsearch', (port) => ({ url: `http://127.0.0.1:${port}`, index: 'jobs' })],
  ['sqs', 'sqs', (port) => ({ ...aws(port), queue: 'jobs' })],
  ['cloudwatch', 'cloudwatch', (port) => ({ ...aws(port), namespace: 'Shop', metric: 'Requests' })],
  ['kinesis, of shards', 'kinesis', (port) => ({ ...aws(port), stream: 'clicks', measure: 'shards' })],
  ['google-cloud-monitoring', 'google-cloud-monitoring', (port) => ({ ...google(port), filter: 'metric.type="jobs"' })],
  ['google-cloud-monitoring, of a query', 'google-cloud-monitoring', (port) => ({ ...google(port), query: 'up' })],
  [
    'google-pubsub',
    'google-pubsub',
    (port) => ({ ...google(port), pubsubEndpoint: `http://127.0.0.1:${port}`, subscription: 'jobs', emptyAs: 0 }),
  ],
  [
    'azure-monitor',
    'azure-monitor',
    (port) => ({ endpoint: `http://127.0.0.1:${port}`, resource, metric: 'Requests', aggregation: 'total' }),
  ],
  [
    'azure-service-bus',
    'azure-service-bus',
    (port) => ({ endpoint: `http://127.0.0.1:${port}`, connectionString: bus, queue: 'jobs' }),
  ],
  ...['all', 'visible'].map((count): (typeof sources)[number] => [
    `azure-storage-queue, of ${count} messages`,
    'azure-storage-queue',
    (port) => ({
      connectionString: `AccountName=shop;AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:${port}`,
      queue: 'jobs',
      count,
    }),
  ]),
  ['kubernetes-resource', 'kubernetes-resource', (port) => ({ kubeconfig: kubeconfigFor(port), name: 'web' })],
  [
    'kubernetes-custom',
    'kubernetes-custom',
    (port) => ({ kubeconfig: kubeconfigFor(port), name: 'web', metric: 'jobs' }),
  ],
  ['kubernetes-external', 'kubernetes-external', (port) => ({ kubeconfig: kubeconfigFor(port), metric: 'jobs' })],
  [
    'kafka, of an MSK cluster',
    'kafka',
    (port) => ({
      topics: 'jobs',
      group: 'workers',
      msk: { ...aws(port), clusterArn: 'arn:aws:kafka:eu-central-1:123456789012:cluster/main/a' },
    }),
  ],
  ['cloudwatch, of an expression', 'cloudwatch', (port) => ({ ...aws(port), expression: 'FILL(1, 2)' })],
  ['kinesis, of records', 'kinesis', (port) => ({ ...aws(port), stream: 'clicks', emptyAs: 0 })],
];

const secret = 'hunter2-hunter2';
const json: [string, unknown][] = [
  ['an unknown field', { token: secret }],
  ['a field below another', { data: { message: secret } }],
  ['a field two below error', { error: { inner: { message: secret }, token: secret } }],
  ['details', { message: { text: secret }, details: [{ message: secret }], errors: [{ message: secret }] }],
  ['a key', { [secret]: 1 }],
  ['a list', [secret]],
  ['a text', secret],
];
const bodies: [string, Omit<Reply, 'status'>][] = [
  ['HTML', { type: 'text/html', body: `<html>${secret}</html>` }],
  ['XML', { type: 'text/xml', body: `<a><${secret}>${secret}</a>` }],
  [
    'an unknown field of an XML error',
    {
      type: 'text/xml',
      body: `<Error><Code>No</Code><Message>no\n${secret}</Message><Inner>${secret}</Inner></Error>`,
    },
  ],
  ['a text that is called JSON', { body: `${secret} {` }],
  ['CBOR', { type: 'application/cbor', body: `\u00ff${secret}` }],
  ...json.map(([name, body]): [string, Omit<Reply, 'status'>] => [`it in ${name}`, { body: JSON.stringify(body) }]),
];
const replies: [string, Reply][] = [200, 302, 400, 401, 403, 404, 422, 429, 500, 503].flatMap((status) =>
  bodies.map(([name, body]): [string, Reply] => [`${status} with ${name}`, { status, ...body }]),
);
const wrongValues: [string, Reply][] = [
  { depth: secret },
  { depth: [secret] },
  { depth: { [secret]: secret } },
  { status: 'success', data: { resultType: 'scalar', result: [1, secret] } },
  { status: 'success', data: { resultType: secret, result: secret } },
  { status: secret, data: secret },
  { messages: secret },
  { timed_out: false, _shards: { total: 1, failed: 0 }, hits: { total: { value: secret, relation: 'eq' } } },
  { timed_out: secret, _shards: secret },
  { status: 200, value: { QueueSize: secret, InFlightCount: secret } },
  { status: secret },
  { status: 200, value: { [secret]: { QueueSize: 1, InFlightCount: secret } } },
  { QueueUrl: 7, Attributes: { ApproximateNumberOfMessages: secret } },
  { StreamDescriptionSummary: { OpenShardCount: secret } },
  { spec: { replicas: secret }, status: { selector: secret }, versions: [{ version: secret }] },
  { items: [{ value: secret, timestamp: secret, metadata: { name: secret } }] },
  { timeSeries: secret, nextPageToken: secret },
  { timeSeries: [{ points: [{ interval: { endTime: secret }, value: { stringValue: secret } }] }] },
  { executionErrors: [{ details: [{ token: secret }] }] },
  { bootstrapBrokerString: secret, bootstrapBrokerStringTls: [secret] },
  { bootstrapBrokerString: 7 },
  { value: [{ errorCode: secret, timeseries: [{ data: [{ timeStamp: secret, total: secret }] }] }] },
  { MetricDataResults: [{ Values: [secret], Timestamps: [secret], StatusCode: secret }] },
].map((body) => [`200 with ${JSON.stringify(body)}`, { body }]);
const wrongLines: [string, Reply][] = [
  `depth ${secret}`,
  `depth{token="${secret}"}`,
  `depth{token="${secret}"} 1\ndepth{token="${secret}"} 2`,
  `depth{token="${secret}"} 1\ndepth{token="${secret}2"} 2`,
  `${secret} 1`,
  `<QueueDescription><Status>${secret}</Status><ActiveMessageCount>${secret}</ActiveMessageCount></QueueDescription>`,
  `<QueueMessagesList><QueueMessage>${secret}</QueueMessage></QueueMessagesList>`,
].map((body) => [`200 with the line ${body}`, { type: 'text/plain', body }]);

describe.each(sources)('%s', (_name, type, settingsFor) => {
  let reply: Reply = { body: {} };
  const server = new LocalHttpServer(() => reply);
  beforeAll(() => server.start());
  afterAll(() => server.stop());

  const told = async (): Promise<string> => {
    const source = make({ type }, settingsFor(server.port));
    const seen = await source.sample(new AbortController().signal).catch((error: unknown) => error);
    await source.close?.();
    return seen instanceof Error ? `${seen.message} ${inspect(seen.cause)}` : '';
  };

  it.each([...replies, ...wrongValues, ...wrongLines])('tells nothing of a secret: %s', async (_reply, given) => {
    reply = given;
    expect(await told()).not.toContain('hunter2');
  });

  it.each(
    ['Message', 'message'].filter((field) => field === 'message' || /"region"/.test(JSON.stringify(settingsFor(0)))),
  )('tells what an answer of 500 says in its field %s, on one line and not at length', async (field) => {
    const words = `so it is\nand so${' on'.repeat(1000)}`;
    reply = { status: 500, body: { __type: 'Broken', [field]: words, token: secret } };
    const message = await told();
    expect(message).toContain('so it is and so on on');
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(700);
    expect(message).not.toContain('hunter2');
  });
});
