/** BullMQ, Celery and Sidekiq without a Redis: test/services has the rest. */
import { describe, expect, it } from '@jest/globals';
import { sources } from '../../src/adapters/sources/registry.js';
import { describeFailures, make, plantedSecret } from './conformance.js';

const settingsFor = (port: number) => ({
  url: `redis://127.0.0.1:${port}`,
  username: 'reader',
  password: plantedSecret,
  queue: 'jobs',
});
for (const type of ['bullmq', 'celery', 'sidekiq']) describeFailures({ type, settingsFor });
describeFailures({
  type: 'bullmq',
  label: 'bullmq of a Cluster',
  settingsFor: (port) => ({ ...settingsFor(port), cluster: true }),
});

describe('settings', () => {
  const refusal = (type: string, settings: Record<string, unknown>): string => {
    try {
      make({ type }, { queue: 'jobs', ...settings });
    } catch (error) {
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['bullmq', 'due jobs and all delayed jobs', { count: ['due', 'delayed'] }, 'counts due jobs twice'],
    ['bullmq', 'an unknown state', { count: 'failed' }, 'count'],
    ['sidekiq', 'due jobs and all scheduled jobs', { count: ['due', 'scheduled'] }, 'counts due jobs twice'],
    ['sidekiq', 'a count for a latency', { measure: 'latency', count: 'busy' }, 'only for measure: jobs'],
    ['celery', 'no queue', { queue: [] }, 'queue'],
    ['celery', 'a priority step that Kombu does not have', { prioritySteps: [256] }, 'prioritySteps'],
  ])('of %s refuse %s', (type, _name, settings, said) => {
    expect(refusal(type, settings)).toContain(said);
  });

  it.each(['due', 'delayed', 'waiting'])('of bullmq accept count: %s', (count) => {
    expect(refusal('bullmq', { count })).toBe('accepted');
  });
});

describe('work that is not counted', () => {
  const overlooked = (type: string, written: Record<string, unknown>) => sources.find(type)?.overlooks?.(written)?.work;

  it.each([
    ['bullmq', {}, undefined],
    ['bullmq', { count: ['waiting', 'prioritized', 'due'] }, 'jobs that a worker processes'],
    ['bullmq', { count: ['waiting', 'active'] }, 'jobs whose delay has expired'],
    ['bullmq', { count: ['waiting', 'active', 'delayed'] }, undefined],
    ['celery', {}, 'tasks that run'],
    ['celery', { acksLate: true }, undefined],
    ['celery', { acksLate: true, count: 'waiting' }, 'tasks that workers received'],
    ['sidekiq', {}, undefined],
    ['sidekiq', { measure: 'latency' }, 'jobs that run'],
    ['sidekiq', { count: 'enqueued' }, 'jobs that run'],
    ['sidekiq', { count: ['enqueued', 'busy'] }, 'jobs whose time has come'],
    ['sidekiq', { count: ['enqueued', 'busy', 'scheduled', 'retry'] }, undefined],
  ])('by %s with %j: %s', (type, written, work) => {
    const found = overlooked(type, written);
    if (work === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(work);
  });
});
