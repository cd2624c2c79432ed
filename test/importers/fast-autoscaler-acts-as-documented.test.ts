/**
 * An imported ECS fast autoscaler decides as its documentation says: import, the real loader, the evaluation and the
 * next step of production. Where its code does something else, the report names the difference.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { ResourceConfig } from '../../src/config/config.js';
import { compileAutoscale } from '../../src/domain/autoscale/spec.js';
import type { SentChange } from '../../src/domain/scale/step.js';
import { read } from '../config/written.js';
import { capacityAfter, start, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { decisions, type Decision } from './fast-autoscaler-decisions.js';
import { assignments, importedAs } from './importing-environments.js';

const least = {
  ECS_CLUSTER: 'main',
  SERVICE_NAME: 'jobs',
  SQS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/jobs',
};
const named = decisions.map((decision) => [decision.name, decision] as const);

it.each(named)('%s', async (_, decision) => {
  const { config, report } = await imported(decision);
  expect(nextTasks(config.resources['jobs']!, decision)).toBe(decision.expected);
  for (const words of decision.because ?? []) expect(report.text).toMatch(new RegExp(words, 'i'));
  const isZero = decision.by === 'event' && Object.values(decision.settings).includes(0);
  if (isZero) expect(report.text).toContain('takes 0 and false in an event as not given');
});

it('every difference is one, and says why', () => {
  for (const { code, expected, because = [], by } of decisions.filter((each) => each.code !== undefined)) {
    expect(code).not.toBe(expected);
    expect(because.length + (by === 'event' ? 1 : 0)).toBeGreaterThan(0);
  }
});

async function imported({ settings, by }: Decision) {
  const environment = assignments(least);
  if (by === 'event') return importedAs('fast-autoscaler', environment, JSON.stringify({ config: settings }));
  const variables = Object.entries(settings).map(([name, value]) => [name.toUpperCase(), value] as const);
  return importedAs('fast-autoscaler', `${environment}\n${assignments(Object.fromEntries(variables))}`);
}

/** The number of tasks right after one evaluation. */
function nextTasks({ autoscale, settings }: ResourceConfig, decision: Decision): number {
  const { tasks, waiting, inFlight = 0 } = decision;
  const count = autoscale!.signals['messages']!.settings['count'];
  const messages = (waiting ?? 0) + (Array.isArray(count) ? inFlight : 0);
  const reading = waiting === null ? { failure: 'AccessDenied' } : { value: messages, atMs: start };
  const resource = new WatchedResource(compileAutoscale(autoscale!.settings, settings), tasks);
  return capacityAfter(resource.look({ readings: { messages: reading }, lastChange: lastChange(decision) }));
}

function lastChange({ outAgo, inAgo }: Decision): SentChange | null {
  const upSentAtMs = outAgo === undefined ? null : start - outAgo * 1000;
  const downSentAtMs = inAgo === undefined ? null : start - inAgo * 1000;
  if (upSentAtMs === null && downSentAtMs === null) return null;
  return { sentAtMs: Math.max(upSentAtMs ?? 0, downSentAtMs ?? 0), upSentAtMs, confirmed: true };
}

/** The file in docs/coming-from.md that keeps what the code does. */
describe('the file that acts as the code', () => {
  const page = readFileSync('docs/coming-from.md', 'utf8');
  const [, block = ''] = /does as the code does[^`]*```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const rule = String((parse(block) as Written).resources.jobs.autoscale.policies[0]?.value);

  /** What still differs, with our number: the last two are those of every import. */
  const differences: Readonly<Record<string, readonly [number, string]>> = {
    'scale-in 120 s after a scale-in': [5, 'a cooldown of 120 s is over at 120 s'],
    'scale-in cooldown 0 at the same second': [5, 'a cooldown of 0 s delays nothing'],
    'no metric is not an empty queue': [50, 'a queue that cannot be read is no empty queue'],
    'no metric, defaults': [50, 'a queue that cannot be read is no empty queue'],
  };

  it.each(named.filter(([, { by }]) => by !== 'event'))('%s', async (name, decision) => {
    const { settings } = decision;
    const text = block
      .replace(rule, ruleOf(rule, settings))
      .replace('min: 10', `min: ${settings['min_tasks'] ?? 10}`)
      .replace(/: 300\b/g, `: ${settings['max_tasks'] ?? 300}`)
      .replace('up: 0s, down: 2m', `up: 0s, down: ${settings['scale_in_cooldown'] ?? 120}s`)
      .replace(
        'count: visible',
        settings['use_combined_messages'] === true ? 'count: [visible, inFlight]' : 'count: visible',
      );
    const config = await read(text);
    const expected = differences[name]?.[0] ?? decision.code ?? decision.expected;
    expect(nextTasks(config.resources['jobs']!, decision)).toBe(expected);
  });
});

interface Written {
  readonly resources: {
    readonly jobs: { readonly autoscale: { readonly policies: readonly { readonly value: string }[] } };
  };
}

function ruleOf(rule: string, settings: Decision['settings']): string {
  return rule
    .replaceAll('> 100', `> ${Number(settings['scale_up_threshold'] ?? 100)}`)
    .replaceAll('< 99', `< ${Number(settings['scale_down_threshold'] ?? 99)}`)
    .replaceAll('0.01', String(settings['tasks_per_message'] ?? 0.01))
    .replaceAll('0.99', String(settings['max_scale_down_factor'] ?? 0.99));
}
