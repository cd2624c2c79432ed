/** The settings of the ECS fast autoscaler, by what their table says: each case through the policy that they become. */
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.js';
import { fastAutoscalerConfig } from '../../src/config/fast-autoscaler-environment.js';
import { loadConfig } from '../../src/config/load.js';
import { compileExpression } from '../../src/domain/expression.js';

const least = { ECS_CLUSTER: 'main', SERVICE_NAME: 'jobs', SQS_QUEUE_URL: 'https://sqs.example/1/jobs' };
const jobsOf = (environment: Record<string, string>) =>
  fastAutoscalerConfig({ ...least, ...environment }).resources['jobs']!;

describe('the settings alone make one resource', () => {
  it('with the defaults of their table', async () => {
    const config = await loadConfig(least, '/nowhere');
    expect(config).toMatchObject({ source: 'environment', warnings: [] });
    expect(config.resources['jobs']).toMatchObject({
      platform: { type: 'ecs', settings: { cluster: 'main', service: 'jobs' } },
      settings: {
        min: 10,
        max: 300,
        step: { up: 5, down: 5 },
        cooldownMs: { up: 120_000, down: 120_000 },
        upAfter: 'up',
        takesChanges: 'shownAtOnce',
      },
      autoscale: {
        settings: { intervalMs: 60_000 },
        signals: { messages: { type: 'sqs', settings: { queue: least.SQS_QUEUE_URL, count: 'visible' } } },
      },
    });
  });

  it.each([
    ['MIN_TASKS', '1', { settings: { min: 1 } }],
    ['MAX_TASKS', '7000', { settings: { max: 7000 } }],
    ['SCALE_OUT_COOLDOWN', '0', { settings: { cooldownMs: { up: 0, down: 120_000 } } }],
    ['SCALE_IN_COOLDOWN', '60', { settings: { cooldownMs: { up: 120_000, down: 60_000 } } }],
    ['SCALING_STEP_COUNT', '9', { settings: { step: { up: 9, down: 9 } } }],
    [
      'USE_COMBINED_MESSAGES',
      'True',
      { autoscale: { signals: { messages: { settings: { count: ['visible', 'inFlight'] } } } } },
    ],
  ])('and %s=%s', (name, value, expected) => {
    expect(jobsOf({ [name]: value })).toMatchObject(expected);
  });

  it('and a password stays in its variable', () => {
    const resource = jobsOf({ QUEUE_TYPE: 'redis', REDIS_HOST: 'r', REDIS_QUEUE_KEY: 'k', REDIS_PASSWORD: 'hunter2' });
    expect(JSON.stringify(resource)).not.toContain('hunter2');
    expect(resource.autoscale!.signals['messages']!.settings).toMatchObject({ password: '${REDIS_PASSWORD}' });
  });

  it('named after the service where its ARN is given', () => {
    const config = fastAutoscalerConfig({ ...least, SERVICE_NAME: 'arn:aws:ecs:eu-west-1:1:service/main/jobs' });
    expect(Object.keys(config.resources)).toEqual(['jobs']);
  });
});

/** `perUnit` rounds up, with care for doubles; that is tested with the policy. */
const wanted = (environment: Record<string, string>, messages: number, current: number) => {
  const [policy] = jobsOf(environment).autoscale!.settings.policies;
  if (policy?.type !== 'perUnit') throw new Error('not a perUnit policy');
  return compileExpression(policy.value, ['messages']).evaluate({ messages, current });
};

describe('the tasks that are wanted', () => {
  it.each([
    ['at the upper threshold nothing is added', {}, 100, 10, 10],
    ['above it the ratio is all the tasks, not more of them', {}, 1000, 10, 10],
    ['a long queue needs the ratio', {}, 30_000, 10, 300],
    ['a scale-out never removes', { TASKS_PER_MESSAGE: '0' }, 500, 5, 5],
    ['at the lower threshold nothing is removed', {}, 99, 50, 50],
    ['below it at most the share of the factor goes', {}, 0, 300, 3],
    ['a factor of 1 is no limit', { MAX_SCALE_DOWN_FACTOR: '1' }, 0, 50, 0],
    ['a factor of 0 never removes', { MAX_SCALE_DOWN_FACTOR: '0' }, 0, 50, 50],
    ['a factor above 1 is 1, and adds nothing', { MAX_SCALE_DOWN_FACTOR: '1.5' }, 0, 10, 0],
    ['a tenth of ten is one, also in doubles', { MAX_SCALE_DOWN_FACTOR: '0.9' }, 0, 10, 1],
    ['a scale-in never adds', { TASKS_PER_MESSAGE: '0.1' }, 50, 2, 2],
  ])('%s: %j with %i messages and %i tasks is %i', (_name, environment, messages, current, expected) => {
    expect(wanted(environment as Record<string, string>, messages, current)).toBe(expected);
  });
});

describe('what is told', () => {
  it.each([
    [{ SERVICE_NAME: '' }, 'SERVICE_NAME: is not set'],
    [{ MIN_TASKS: 'ten' }, 'MIN_TASKS: is not a whole number of tasks'],
    [{ TASKS_PER_MESSAGE: '1%' }, 'TASKS_PER_MESSAGE: is not a number'],
    [{ MIN_TASKS: '20', MAX_TASKS: '10' }, 'MIN_TASKS: is above MAX_TASKS'],
    [{ SCALE_UP_THRESHOLD: '50' }, 'SCALE_DOWN_THRESHOLD: is above SCALE_UP_THRESHOLD'],
    [{ SQS_QUEUE_URL: '' }, 'SQS_QUEUE_URL: is not set'],
    [{ QUEUE_TYPE: 'sns' }, 'QUEUE_TYPE: is none of the queues that are known'],
  ])('%j is refused: %s', (environment, message) => {
    const load = () => jobsOf(environment);
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(message);
  });

  it.each([
    ['SCALE_OUT_COOLDOWN', '60', 'had no effect in the original'],
    ['SCALING_STEP_COUNT', '5', 'had no effect in the original'],
    ['TASKS_PER_MESSAGE', '0.01', 'was added to what ran'],
    ['MAX_SCALE_DOWN_FACTOR', '0.5', 'was the share that was kept'],
    ['S3_CONFIG_BUCKET', 'state', 'is not needed here'],
  ])('%s, where it is set, differs from the original, and that is said', (name, value, difference) => {
    const { warnings } = fastAutoscalerConfig({ ...least, [name]: value });
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${name}: ${difference}`))]);
  });
});
