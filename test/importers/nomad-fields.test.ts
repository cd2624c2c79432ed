/** Every field of a job of Nomad is in the output of its import, or in the report. */
import { importedAs } from './importing.js';
import { dotted, isSeen, leavesOf } from './leaves.js';

describe('nothing is lost silently', () => {
  const scaling = {
    Min: 2,
    Max: 9,
    Enabled: true,
    Policy: {
      cooldown: '1m',
      cooldown_on_scale_up: '30s',
      evaluation_interval: '20s',
      on_check_error: 'fail',
      unknown: 'x',
      check: [
        {
          cpu: [
            {
              source: 'prometheus',
              query: 'cpu',
              query_window: '1m',
              query_window_offset: '1s',
              on_error: 'ignore',
              strategy: [{ 'target-value': [{ target: '80', threshold: '0.1', max_scale_up: '2', other: 'x' }] }],
            },
          ],
        },
        {
          low: [
            {
              source: 'prometheus',
              query: 'q',
              group: 'a',
              strategy: [{ threshold: [{ upper_bound: '3', delta: '-1' }] }],
            },
          ],
        },
        {
          high: [
            {
              source: 'prometheus',
              query: 'q',
              group: 'a',
              strategy: [
                { threshold: [{ lower_bound: '7', upper_bound: '90', delta: '2', within_bounds_trigger: '3' }] },
              ],
            },
          ],
        },
        { apm: [{ source: 'nomad-apm', query: 'avg_cpu', strategy: [{ 'target-value': [{ target: '70' }] }] }] },
        { fixed: [{ strategy: [{ 'fixed-value': [{ value: '2' }] }] }] },
        { pass: [{ source: 'prometheus', query: 'p', strategy: [{ 'pass-through': [{ max_scale_down: '1' }] }] }] },
      ],
    },
  };
  const job = {
    Job: {
      ID: 'web',
      Namespace: 'shop',
      Region: 'eu',
      Priority: 50,
      TaskGroups: [
        {
          Name: 'api',
          Count: 3,
          Scaling: scaling,
          Tasks: [{ Name: 'a', ScalingPolicies: [{ Type: 'vertical_cpu' }], Driver: 'docker' }],
          Networks: [{ Mode: 'host' }],
        },
      ],
    },
  };

  /** The other fields of a job and a group are one line of the report for each, and the count is the minimum without min. */
  const inOneLine = /^Job\.(Priority|TaskGroups\[0\]\.(Count|Tasks\[0\]\.(Name|Driver)|Networks.*))$/;

  it.each(
    leavesOf(job)
      .filter((path) => !inOneLine.test(dotted(path)))
      .map((path) => [dotted(path), path] as const),
  )('%s', async (_, path) => {
    expect(await isSeen('nomad', [job], 0, path)).toBe(true);
  });

  it('the other fields of the job and its group are named', async () => {
    const { report } = await importedAs('nomad', JSON.stringify(job));
    const messages = report.warnings.map(({ message }) => message);
    expect(messages).toContain('has other fields, which do not affect scaling and are left out: Priority');
    expect(messages).toContain(
      'has other fields, which do not affect scaling and are left out: Count, Tasks, Networks',
    );
  });
});
