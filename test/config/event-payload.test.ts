/** The event payload of the ECS fast autoscaler means the same as its variables. */
import { describe, expect, it } from '@jest/globals';
import { variablesOfEvent } from '../../src/config/environment/event-payload.js';
import { loadConfig } from '../../src/config/load.js';
import { linesOf } from './written.js';

const read = (event: unknown, environment = {}) => variablesOfEvent(JSON.stringify(event), 'event.json', environment);

describe('the event of the fast autoscaler', () => {
  it('has settings of the process and of the state, which are known', () => {
    expect(read({ config: { region: 'eu-west-1', sso_profile: 'ops', s3_config_bucket: 'state' } })).toEqual({
      AWS_REGION: 'eu-west-1',
      AWS_PROFILE: 'ops',
      S3_CONFIG_BUCKET: 'state',
    });
  });

  it('configures the service as the documentation of the fast autoscaler shows it', async () => {
    const variables = read({
      config: {
        queue_type: 'sqs',
        queue_config: { queue_url: 'https://sqs.us-east-1.amazonaws.com/123456789012/my-queue' },
        cluster_name: 'my-cluster',
        service_name: 'my-service',
        min_tasks: 10,
        max_tasks: 300,
        scale_up_threshold: 100.0,
        scale_down_threshold: 99.0,
        tasks_per_message: 0.01,
      },
    });
    expect(variables).toEqual({
      QUEUE_TYPE: 'sqs',
      SQS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/my-queue',
      ECS_CLUSTER: 'my-cluster',
      SERVICE_NAME: 'my-service',
      MIN_TASKS: '10',
      MAX_TASKS: '300',
      SCALE_UP_THRESHOLD: '100',
      SCALE_DOWN_THRESHOLD: '99',
      TASKS_PER_MESSAGE: '0.01',
    });
    const { resources } = await loadConfig(variables, '/');
    expect(resources['my-service']).toMatchObject({
      platform: { type: 'ecs', settings: { cluster: 'my-cluster', service: 'my-service' } },
      settings: { min: 10, max: 300 },
    });
  });

  it.each([
    ['amq', { broker_id: 'b-1', username: 'u' }, { AMQ_BROKER_ID: 'b-1', AMQ_USERNAME: 'u' }],
    ['kinesis', { stream_name: 's' }, { KINESIS_STREAM_NAME: 's' }],
    ['kafka', { topic: 't', cluster_arn: 'arn' }, { KAFKA_TOPIC: 't', MSK_CLUSTER_ARN: 'arn' }],
    [
      'rabbitmq',
      { host: 'r', port: 5672, password: 'p' },
      { RABBITMQ_HOST: 'r', RABBITMQ_PORT: '5672', RABBITMQ_PASSWORD: 'p' },
    ],
    ['redis', { queue_key: 'k', queue_type: 'stream' }, { REDIS_QUEUE_KEY: 'k', REDIS_QUEUE_TYPE: 'stream' }],
  ])('names the settings of the queue %s without their prefix', (type, queue, variables) => {
    expect(read({ config: { queue_config: queue } }, { QUEUE_TYPE: type })).toEqual(variables);
    expect(read({ config: { queue_type: type, queue_config: queue } })).toEqual({ QUEUE_TYPE: type, ...variables });
  });

  it('sets 0 and false, and leaves out null', () => {
    const config = { min_tasks: 0, use_combined_messages: false, max_tasks: null };
    expect(read({ config })).toEqual({ MIN_TASKS: '0', USE_COMBINED_MESSAGES: 'false' });
  });

  it('sets nothing where the event is of something else', () => {
    expect(read({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} })).toEqual({});
  });

  it.each([
    [{ config: { min_task: 3 } }, 'event.json config.min_task: unknown setting; did you mean "min_tasks"?'],
    [
      { config: { queue_config: { s3cret: 's3cret-value' } } },
      'event.json config.queue_config.s3cret: unknown setting',
    ],
    [{ config: { min_tasks: [3] } }, 'event.json config: contains a list or a mapping'],
    [[], 'event.json: is not an event of the ECS fast autoscaler; '],
    [{ config: 3 }, 'event.json: is not an event of the ECS fast autoscaler; '],
  ])('%j is refused, without its values', async (event, expected) => {
    const [line = ''] = await linesOf(() => read(event));
    expect(line.startsWith(expected)).toBe(true);
    expect(line).not.toContain('s3cret-value');
  });

  it('is refused where it is not JSON', async () => {
    const [line] = await linesOf(() => variablesOfEvent('{"config": s3cret', 'event.json', {}));
    expect(line).toMatch(/^event.json: is not an event/);
    expect(line).not.toContain('s3cret');
  });
});
