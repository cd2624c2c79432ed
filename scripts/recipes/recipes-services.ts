/** The services of a platform: CPU, queues and job spaces. */
import type { BacktestResult } from '../../src/backtest/simulate.js';
import type { RecipeGroup, Run } from './recipes.js';
import type { Measure } from './recorded.js';
import { constant, hill, noisy, plateau, rounded, sampled, sum } from './signals.js';

/** As the interval of the configurations: signals that depend on the capacity have one sample for each evaluation. */
const everySeconds = 15;

const page = 'platform-services.md';
const file = 'platform-services.yaml';

const api: Run = {
  name: 'api',
  file,
  resource: 'api',
  load: { signals: { cpu: 'api-cpu' } },
  readyAfter: '30s',
};

const codeRunner: Run = {
  name: 'utilization',
  file,
  resource: 'code-runner',
  load: { signals: { total: 'code-runner-total', remaining: 'code-runner-remaining' } },
  readyAfter: '30s',
};

const codeRunnerAsWritten: Run = {
  ...codeRunner,
  name: 'the rule as written',
  file: 'code-runner-as-written.yaml',
  load: { signals: { total: 'as-written-total', remaining: 'as-written-remaining' } },
};

/** A pod has 10 job spaces. */
const spacesOf: Measure = (jobs, units) => ({ total: 10 * units, remaining: Math.max(0, 10 * units - jobs) });

const jobsInRunner = rounded(sampled(noisy(sum(constant(7), hill(80, 28, 65)), 0.06, 4), 180, everySeconds));

const instantJobs = rounded(sampled(noisy(sum(constant(5), plateau(30, 75, 3, 75)), 0.1, 2), 120, everySeconds));

export const platformServices: RecipeGroup = {
  signals: {
    'api-cpu': {
      kind: 'recorded',
      run: api,
      load: sampled(noisy(sum(constant(0.7), hill(85, 30, 3)), 0.06, 1), 180, everySeconds),
      measure: (load, units) => ({ cpu: Math.min(100, Math.round((100 * load) / units)) }),
    },
    'instant-active': { kind: 'samples', samples: mapped(instantJobs, (jobs) => Math.min(jobs, 10)) },
    'instant-waiting': { kind: 'samples', samples: mapped(instantJobs, (jobs) => Math.max(0, jobs - 10)) },
    'queued-required': {
      kind: 'samples',
      samples: rounded(sampled(noisy(sum(constant(2), hill(60, 18, 31), hill(130, 12, 12)), 0.05, 3), 180, 60)),
    },
    'code-runner-total': { kind: 'recorded', run: codeRunner, load: jobsInRunner, measure: spacesOf },
    'as-written-total': { kind: 'recorded', run: codeRunnerAsWritten, load: jobsInRunner, measure: spacesOf },
  },
  pictures: [
    {
      name: 'platform-services-api',
      title: 'The API: CPU and pods',
      page,
      runs: [api],
      panel: { title: 'CPU, percent of the requests', lines: [{ name: 'cpu', signal: 'cpu' }] },
      tickMinutes: 30,
    },
    {
      name: 'platform-services-instant-tasks',
      title: 'Instant tasks: jobs and workers',
      page,
      runs: [
        {
          name: 'instant-tasks',
          file,
          resource: 'instant-tasks',
          load: { signals: { active: 'instant-active', waiting: 'instant-waiting' } },
          readyAfter: '30s',
        },
      ],
      panel: {
        title: 'Jobs',
        lines: [
          { name: 'waiting', signal: 'waiting' },
          { name: 'active', signal: 'active' },
        ],
      },
      tickMinutes: 30,
    },
    {
      name: 'platform-services-queued-tasks',
      title: 'Queued tasks: workers that are required, and workers',
      page,
      runs: [
        {
          name: 'queued-tasks',
          file,
          resource: 'queued-tasks',
          load: { signals: { required: 'queued-required' } },
          readyAfter: '30s',
        },
      ],
      panel: { title: 'Workers that are required', lines: [{ name: 'required', signal: 'required' }] },
      tickMinutes: 30,
    },
    {
      name: 'platform-services-code-runner',
      title: 'The code runner: free job spaces and pods, beside the rule of the guide',
      page,
      runs: [codeRunner, codeRunnerAsWritten],
      panel: {
        title: 'Free job spaces',
        lines: [
          { name: 'utilization', signal: 'remaining', run: 0 },
          { name: 'the rule as written', signal: 'remaining', run: 1 },
        ],
      },
      figures: [{ label: 'without a free job space for', of: (result) => `${minutesWithoutSpace(result)} min` }],
      tickMinutes: 30,
    },
  ],
};

function minutesWithoutSpace({ points, intervalSeconds }: BacktestResult): number {
  const full = points.filter(({ signals }) => signals['remaining'] === 0).length;
  return Math.round((full * intervalSeconds) / 60);
}

function mapped<Kind extends { readonly values: readonly number[] }>(
  samples: Kind,
  of: (value: number) => number,
): Kind {
  return { ...samples, values: samples.values.map(of) };
}
