/** `escapement import nomad`: what becomes of each field of a policy, in HCL and in JSON. */
import { importedAs, refusalAs } from './importing.js';

const check = (strategy: string, rest = '') => `
        check "load" {
          source = "prometheus"
          query  = "sum(load)"
          ${rest}
          ${strategy}
        }`;

const target = 'strategy "target-value" {\n target = 80\n }';

function jobOf(checks: string, policy = '', scaling = 'min = 1\n max = 10'): string {
  return `job "web" {
  group "api" {
    count = 2
    scaling {
      ${scaling}
      policy {
        ${policy}
        ${checks}
      }
    }
  }
}
`;
}

const agent = `
nomad {
  address = "https://nomad.example:4646"
  region  = "eu"
  token   = "secret-id"
  ca_cert = "/etc/nomad/ca.pem"
}
apm "metrics" {
  driver = "prometheus"
  config = {
    address = "https://prometheus.example"
    basic_auth_user = "reader"
    basic_auth_password = "secret"
    skip_verify = true
  }
}
target "aws-asg" {
  driver = "aws-asg"
  config = { aws_region = "eu-central-1" }
}
policy {
  dir = "/etc/policies"
  default_cooldown = "2m"
  default_evaluation_interval = "20s"
}
http {
  bind_port = 9000
}
`;

async function resourceOf(...texts: readonly string[]) {
  const { configuration, report, yaml } = await importedAs('nomad', ...texts);
  const web = configuration.resources['web'] as Record<string, unknown> & { autoscale: Record<string, unknown> };
  return { web, report, yaml };
}

it('a job has the defaults of Nomad', async () => {
  const { yaml, report } = await resourceOf(jobOf(check(target)));
  expect(yaml).toBe(`version: 1
resources:
  web:
    platform: { type: nomad, job: web, group: api }
    min: 1
    max: 10
    cooldown: 5m
    autoscale:
      interval: 10s
      signals:
        load: { type: prometheus, server: "\${PROMETHEUS_URL}", query: sum(load) }
      policies:
        - { type: utilization, value: load, target: 80, tolerance: 1% }
`);
  expect(report.unsupported).toEqual([]);
});

it('the JSON of the API is the same as the HCL', async () => {
  const json = {
    Job: {
      ID: 'web',
      Namespace: 'default',
      TaskGroups: [
        {
          Name: 'api',
          Count: 2,
          Scaling: {
            ID: 'c6a4',
            Type: 'horizontal',
            Min: 1,
            Max: 10,
            Enabled: true,
            Target: { Job: 'web', Group: 'api', Namespace: 'default' },
            Policy: {
              check: [
                {
                  load: [
                    { source: 'prometheus', query: 'sum(load)', strategy: [{ 'target-value': [{ target: 80 }] }] },
                  ],
                },
              ],
            },
          },
        },
      ],
    },
  };
  const fromHcl = await importedAs('nomad', jobOf(check(target)));
  expect((await importedAs('nomad', JSON.stringify(json))).yaml).toBe(fromHcl.yaml);
  const { Scaling } = json.Job.TaskGroups[0]!;
  expect((await importedAs('nomad', JSON.stringify(Scaling))).yaml).toBe(fromHcl.yaml);
});

describe('a field of the policy', () => {
  it.each([
    ['cooldown', 'cooldown = "90s"', { cooldown: '1m30s' }],
    ['cooldown_on_scale_up', 'cooldown = "5m"\n cooldown_on_scale_up = "1m"', { cooldown: { up: '1m', down: '5m' } }],
    ['evaluation_interval', 'evaluation_interval = "30s"', { autoscale: { interval: '30s' } }],
    [
      'a target of Nomad',
      'target "nomad" {\n Job = "other"\n Group = "g"\n }',
      { platform: { job: 'other', group: 'g' } },
    ],
    ['a dry run', 'target "nomad" {\n dry-run = "true"\n }', { dryRun: true }],
  ])('%s', async (_, policy, expected) => {
    expect((await resourceOf(jobOf(check(target), policy))).web).toMatchObject(expected);
  });

  it('on_check_error and query_window are in the report', async () => {
    const text = jobOf(check(target, 'query_window = "2m"\n on_error = "fail"'), 'on_check_error = "ignore"');
    const { report } = await resourceOf(text);
    const paths = report.warnings.map(({ path }) => path.split('.').at(-1));
    expect(paths).toEqual(expect.arrayContaining(['on_check_error', 'query_window', 'on_error']));
    expect(report.unsupported).toEqual([]);
  });

  it.each([
    ['a schedule', 'schedule {\n start = "0 8 * * *"\n end = "0 18 * * *"\n }', 'the schedule'],
    ['a field that does not exist', 'colour = "red"', 'the field'],
  ])('%s is not carried over', async (_, policy, what) => {
    const { report } = await resourceOf(jobOf(check(target), policy));
    expect(report.unsupported.map((entry) => entry.what)).toEqual([what]);
  });
});

describe('a block', () => {
  it.each([
    ['min absent: the count', 'max = 10', { min: 2 }],
    ['disabled: a dry run', 'enabled = false\n min = 1\n max = 10', { dryRun: true }],
    [
      'min = 0: a target value from zero',
      'min = 0\n max = 10',
      { min: 0, autoscale: { policies: [{ type: 'perUnit', value: 'max(1, current) * load', target: 80 }] } },
    ],
  ])('%s', async (_, scaling, expected) => {
    expect((await resourceOf(jobOf(check(target), '', scaling))).web).toMatchObject(expected);
  });

  it('min = 0 that no check leaves becomes 1, and is in the report', async () => {
    const down = 'strategy "threshold" {\n upper_bound = 10\n delta = -1\n }';
    const { web, report } = await resourceOf(jobOf(check(down), '', 'min = 0\n max = 4'));
    expect(web['min']).toBe(1);
    expect(report.unsupported.map(({ what }) => what)).toEqual(['min = 0']);
  });
});

describe('a strategy', () => {
  it('max_scale_up and max_scale_down limit one evaluation', async () => {
    const limited = 'strategy "target-value" {\n target = 80\n max_scale_up = 3\n max_scale_down = 0\n }';
    expect((await resourceOf(jobOf(check(limited)))).web.autoscale['behavior']).toEqual({
      scaleUp: { policies: [{ type: 'Pods', value: 3, periodSeconds: 5 }] },
      scaleDown: { selectPolicy: 'Disabled' },
    });
  });

  it('thresholds on one query in a group are the steps of one policy', async () => {
    const band = (name: string, bound: string, delta: number) =>
      check(`strategy "threshold" {\n ${bound}\n delta = ${delta}\n }`, 'group = "load"').replace(
        '"load" {',
        `"${name}" {`,
      );
    const { web, report } = await resourceOf(
      jobOf(band('high', 'lower_bound = 100', 2) + band('low', 'upper_bound = 10', -1)),
    );
    expect(web.autoscale).toMatchObject({
      policies: [
        {
          type: 'steps',
          value: 'high',
          steps: [
            { atOrAbove: 100, add: 2 },
            { below: 10, remove: 1 },
          ],
        },
      ],
    });
    expect(report.unsupported).toEqual([]);
  });

  it.each([
    ['a strategy of another plugin', 'strategy "mine" {\n }', '', 'the strategy mine'],
    [
      'a setting that the strategy does not have',
      'strategy "target-value" {\n target = 80\n maximum = 3\n }',
      '',
      'the setting',
    ],
    ['an offset of the window', target, 'query_window_offset = "1m"', 'the offset'],
  ])('%s is not carried over', async (_, strategy, rest, what) => {
    const { report } = await resourceOf(jobOf(check(strategy, rest)));
    expect(report.unsupported.map((entry) => entry.what)).toEqual([what]);
  });

  it.each(['nomad-apm', 'datadog', 'influxdb'])('a check on %s is not carried over', async (source) => {
    const { web, report } = await resourceOf(jobOf(check(target).replace('"prometheus"', `"${source}"`)));
    expect(web).not.toHaveProperty('autoscale');
    expect(report.unsupported.map(({ what }) => what)).toEqual([`the check on ${source}`]);
  });
});

describe('the configuration of the autoscaler', () => {
  it('gives addresses and defaults, and no secret', async () => {
    const text = jobOf(check(target).replace('"prometheus"', '"metrics"'));
    const { web, report, yaml } = await resourceOf(text, agent);
    expect(web).toMatchObject({
      platform: {
        address: 'https://nomad.example:4646',
        region: 'eu',
        token: '${NOMAD_TOKEN}',
        tls: { ca: '${file:/etc/nomad/ca.pem}' },
      },
      cooldown: '2m',
      autoscale: {
        interval: '20s',
        signals: {
          load: {
            server: 'https://prometheus.example',
            username: 'reader',
            password: '${PROMETHEUS_PASSWORD}',
            tls: { verify: false },
          },
        },
      },
    });
    expect(yaml + JSON.stringify(report)).not.toMatch(/secret/);
    expect(report.warnings.map(({ path }) => path)).toContain('input-2.yaml http[0]');
  });

  it('gives the region of the machines of a policy', async () => {
    const pool = `scaling "pool" {
  min = 1
  max = 5
  policy {
    ${check(target)}
    target "aws-asg" {
      aws_asg_name        = "clients"
      node_class          = "batch"
      node_drain_deadline = "1h"
    }
  }
}`;
    const { configuration, report } = await importedAs('nomad', agent, pool);
    expect(configuration.resources['pool']).toMatchObject({
      platform: { type: 'auto-scaling-group', group: 'clients', region: 'eu-central-1' },
    });
    expect(report.unsupported.map(({ what }) => what)).toEqual(['node_class, node_drain_deadline']);
  });
});

describe('machines', () => {
  const pool = (block: string) =>
    `scaling "pool" {\n min = 1\n max = 5\n policy {\n ${check(target)}\n target ${block}\n }\n}`;

  it.each([
    [
      'aws-asg',
      '"aws-asg" {\n aws_asg_name = "a"\n }',
      { type: 'auto-scaling-group', group: 'a', region: 'us-east-1' },
    ],
    [
      'gce-mig',
      '"gce-mig" {\n project = "p"\n zone = "z"\n mig_name = "m"\n }',
      { type: 'google-instance-group', project: 'p', zone: 'z', group: 'm' },
    ],
    [
      'azure-vmss',
      '"azure-vmss" {\n subscription_id = "s"\n resource_group = "r"\n vm_scale_set = "v"\n }',
      { type: 'azure-vm-scale-set', subscription: 's', resourceGroup: 'r', scaleSet: 'v' },
    ],
  ])('%s', async (_, block, platform) => {
    const { configuration } = await importedAs('nomad', pool(block));
    expect(configuration.resources['pool']).toMatchObject({ platform });
  });

  it('of a cloud without a platform are in the report, and the others are imported', async () => {
    const { report } = await importedAs('nomad', jobOf(check(target)), pool('"do-droplets" {\n name = "d"\n }'));
    expect(report.resources).toEqual(['web']);
    expect(report.unsupported.map(({ why }) => why)).toEqual([
      expect.stringContaining('no platform for the target do-droplets'),
    ]);
  });
});

it('two groups of a job have distinct names, and a second policy of one group is in the report', async () => {
  const one = jobOf(check(target));
  const two = one.replace(
    '  group "api"',
    `  group "b" ${/group "api" (\{[\s\S]*?\n {2}\})/.exec(one)?.[1] ?? ''}\n  group "api"`,
  );
  const { report } = await importedAs('nomad', two, two);
  expect(report.resources).toEqual(['web-api', 'web-b']);
  expect(report.unsupported.map(({ what }) => what)).toEqual(['the whole policy', 'the whole policy']);
});

it('comments of HCL are in the report, and # in a heredoc is none', async () => {
  const query = 'query = <<-EOF\n sum(load) # of all\n # really\n EOF';
  const text = `# Front.\n${jobOf(check(target)).replace('query  = "sum(load)"', query)}`;
  const { report } = await resourceOf(text);
  expect(report.warnings.map(({ message }) => message).filter((message) => message.includes('no place in'))).toEqual([
    'has the comment "# Front.", which has no place in the output',
  ]);
});

describe('an input that cannot be imported', () => {
  it.each([
    ['nothing', '', 'contains: nothing'],
    ['a job without a scaling block', 'job "web" {\n group "a" {\n }\n}', 'has no scaling block and no policy'],
    ['no HCL', 'job "web" {', 'is not valid HCL'],
    ['no JSON', '{ "Job": ', 'is not valid JSON'],
    ['an expression', jobOf(check(target), '', 'min = 1\n max = var.most'), 'nomad job run -output'],
    ['no maximum', jobOf(check(target), '', 'min = 1'), 'max is missing'],
    ['bounds that cross', jobOf(check(target), '', 'min = 4\n max = 2'), 'is below min, which is 4'],
    ['a check without a strategy', jobOf(check('')), 'has no strategy'],
    [
      'a target that is no number',
      jobOf(check('strategy "target-value" {\n target = "many"\n }')),
      'target is not a number',
    ],
    [
      'a threshold without a bound',
      jobOf(check('strategy "threshold" {\n delta = 1\n }')),
      'has neither a lower_bound',
    ],
    [
      'a threshold with two actions',
      jobOf(check('strategy "threshold" {\n upper_bound = 1\n delta = 1\n value = 2\n }')),
      'needs exactly one of delta, percentage and value',
    ],
    ['a duration that is none', jobOf(check(target), 'cooldown = "soon"'), 'cooldown is not a duration'],
  ])('%s', async (_, text, words) => {
    expect(await refusalAs('nomad', text)).toContain(words);
  });
});
