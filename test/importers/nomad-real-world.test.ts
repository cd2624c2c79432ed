/** The shapes of jobs and policies in public repositories, with other names. */
import { importedAs, refusalAs } from './importing.js';

interface Shape {
  readonly job?: string;
  readonly scaling: string;
  readonly policy: string;
}

const jobOf = ({ job = '', scaling, policy }: Shape) => `job "web" {
  datacenters = ["dc1"]
  type        = "service"
  ${job}

  group "api" {
    count = 2

    network {
      port "http" {
        to = 8080
      }
    }

    scaling {
      ${scaling}

      policy {
        ${policy}
      }
    }

    task "server" {
      driver = "docker"

      config {
        image = "registry.example/web"
        ports = ["http"]
      }

      env {
        PORT = "\${NOMAD_PORT_http}"
      }
    }
  }
}
`;

const check = (name: string, query: string, strategy: string, source = 'prometheus') => `
        check "${name}" {
          source = "${source}"
          query  = "${query}"

          strategy ${strategy}
        }`;

const targetOf = (target: number) => `"target-value" {\n target = ${target}\n }`;
const adds = (bound: string, delta: number) => `"threshold" {\n ${bound}\n delta = ${delta}\n }`;

const complete: readonly (readonly [string, string, object])[] = [
  [
    'the CPU and the memory that the clients have allocated',
    jobOf({
      scaling: 'enabled = true\n min = 1\n max = 3',
      policy: `cooldown = "1m"\n evaluation_interval = "1m"
        ${check('cpu_allocated_percentage', 'sum(cpu*100/(free+cpu))/count(cpu)', targetOf(70))}
        ${check('mem_allocated_percentage', 'sum(mem*100/(free+mem))/count(mem)', targetOf(70))}`,
    }),
    { min: 1, max: 3, cooldown: '1m', autoscale: { interval: '1m', policies: [{ target: 70 }, { target: 70 }] } },
  ],
  [
    'one query on the CPU of its allocations',
    jobOf({
      scaling: 'min = 1\n max = 4\n enabled = true',
      policy: `evaluation_interval = "2s"\n cooldown = "5s"
        ${check('cpu_usage', "avg(nomad_client_allocs_cpu_total_percent{task='api'})", targetOf(50))}`,
    }),
    { cooldown: '5s', autoscale: { interval: '2s', signals: { cpu_usage: { type: 'prometheus' } } } },
  ],
  [
    'the depth of a queue and the CPU, with the default interval',
    jobOf({
      job: 'update {\n max_parallel = 2\n }',
      scaling: 'enabled = true\n min = 5\n max = 50',
      policy: `cooldown = "30s"
        ${check('queue_depth', "job_queue_depth{queue='scan'}", targetOf(10))}
        ${check('cpu_usage', "avg(cpu_user{job='workers'})", targetOf(70))}`,
    }),
    { min: 5, max: 50, cooldown: '30s', autoscale: { interval: '10s' } },
  ],
  [
    'a number that a query computes, passed through',
    jobOf({
      scaling: 'enabled = true\n min = 2\n max = 20',
      policy: `cooldown = "20s"
        ${check('sessions', '(sum(requests{service=\\"web\\"}) or vector(0)) / 5', '"pass-through" {}')}`,
    }),
    { autoscale: { policies: [{ type: 'perUnit', value: 'floor(sessions)', target: 1 }] } },
  ],
  [
    'two thresholds on one query, without a group, which never scale in: neither there nor here',
    jobOf({
      scaling: 'enabled = true\n min = 1\n max = 5',
      policy: `cooldown = "180s"
        ${check('low_cpu', "min(cpu{app='gateway'})", adds('upper_bound = 0.4', -1))}
        ${check('high_cpu', "min(cpu{app='gateway'})", adds('lower_bound = 0.95', 1))}`,
    }),
    {
      cooldown: '3m',
      autoscale: {
        policies: [
          { type: 'steps', value: 'high_cpu', steps: [{ atOrAbove: 0.95, add: 1 }] },
          { type: 'steps', value: 'high_cpu', steps: [{ below: 0.4, remove: 1 }] },
        ],
      },
    },
  ],
  [
    'a rate of requests that is limited in each direction',
    jobOf({
      job: 'region = "eu"\n namespace = "front"',
      scaling: 'enabled = true\n min = 1\n max = 5',
      policy: `evaluation_interval = "5s"\n cooldown = "10s"
        ${check('load', 'sum(requests)', '"target-value" {\n driver = "target-value"\n target = 70\n threshold = 0.05\n max_scale_up = 1\n max_scale_down = 2\n }')}`,
    }),
    {
      platform: { namespace: 'front', region: 'eu' },
      autoscale: {
        policies: [{ tolerance: '5%' }],
        behavior: { scaleUp: { policies: [{ value: 1 }] }, scaleDown: { policies: [{ value: 2 }] } },
      },
    },
  ],
];

it.each(complete)('%s', async (_, text, expected) => {
  const { configuration, report } = await importedAs('nomad', text);
  expect(configuration.resources['web']).toMatchObject(expected);
  expect(report.unsupported).toEqual([]);
});

const partial: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'the averages of the Nomad clients',
    jobOf({
      scaling: 'enabled = true\n min = 2\n max = 5',
      policy: `cooldown = "2m"\n evaluation_interval = "30s"
        ${check('cpu_usage', 'avg_cpu', targetOf(35), 'nomad-apm')}
        ${check('memory_usage', 'avg_memory', targetOf(35), 'nomad-apm')}
        target "nomad-target" {\n Job = "web"\n Group = "api"\n }`,
    }),
    ['the check on nomad-apm', 'the check on nomad-apm'],
  ],
  [
    'a query for InfluxDB',
    jobOf({
      job: 'namespace = "ns1"',
      scaling: 'enabled = true\n min = 1\n max = 10',
      policy: `cooldown = "30s"\n ${check('cpu_usage', 'SELECT mean(x) FROM cpu', targetOf(30), 'influxdb')}`,
    }),
    ['the check on influxdb'],
  ],
  [
    'the number of the nodes of a pool, from a plugin',
    jobOf({
      scaling: 'enabled = true\n min = 2\n max = 10000',
      policy: `cooldown = "2m"\n ${check('match_node_count', 'build', '"pass-through" {}', 'nomad-nodepool-apm')}`,
    }),
    ['the check on nomad-nodepool-apm'],
  ],
  [
    'the sizing of a task beside the count of its group',
    jobOf({
      scaling: 'min = 1\n max = 3',
      policy: check('cpu', 'cpu', targetOf(70)),
    }).replace(
      '      driver = "docker"\n',
      '      driver = "docker"\n      scaling "cpu" {\n        max = 500\n      }\n',
    ),
    ['the sizing of a task'],
  ],
];

it.each(partial)('%s: what is not carried over is named', async (_, text, expected) => {
  const { report } = await importedAs('nomad', text);
  expect(report.resources).toEqual(['web']);
  expect(report.unsupported.map(({ what }) => what)).toEqual(expected);
});

const pool = (target: string, min = 0) => `scaling "batch" {
  enabled = true
  min     = ${min}
  max     = 5

  policy {
    cooldown            = "1m"
    evaluation_interval = "10s"

    check "batch_jobs_in_progress" {
      source = "prometheus"
      query  = "sum(queued{job=~\\"batch/.*\\"} + running{job=~\\"batch/.*\\"}) OR on() vector(0)"

      strategy "pass-through" {}
    }

    target ${target}
  }
}
`;

it('a pool of machines that goes to zero, with the configuration of the agent beside it', async () => {
  const agent = `
nomad {
  address = "http://10.0.0.4:4646"
}
apm "prometheus" {
  driver = "prometheus"
  config = {
    address = "http://prometheus.example:9090"
  }
}
target "aws-asg" {
  driver = "aws-asg"
  config = {
    aws_region = "eu-west-1"
  }
}
strategy "pass-through" {
  driver = "pass-through"
}
`;
  const block =
    '"aws-asg" {\n aws_asg_name = "batch"\n node_class = "batch"\n node_drain_deadline = "1h"\n node_selector_strategy = "empty_ignore_system"\n }';
  const { configuration, report } = await importedAs('nomad', agent, pool(block));
  expect(configuration.resources['batch']).toMatchObject({
    platform: { type: 'auto-scaling-group', group: 'batch', region: 'eu-west-1' },
    min: 0,
    autoscale: { signals: { batch_jobs_in_progress: { server: 'http://prometheus.example:9090' } } },
  });
  expect(report.unsupported.map(({ what }) => what)).toEqual([
    'node_class, node_drain_deadline, node_selector_strategy',
  ]);
});

it('a pool on a cloud without a platform is in the report, and alone it is an error', async () => {
  const alone = await refusalAs('nomad', pool('"hcloud-server" {\n node_class = "redis"\n }'));
  expect(alone).toContain('No policy of the input can be imported. scaling batch: Escapement has no platform');
  const { report } = await importedAs(
    'nomad',
    pool('"hcloud-server" {\n node_class = "redis"\n }'),
    jobOf({
      scaling: 'min = 1\n max = 3',
      policy: check('cpu', 'cpu', targetOf(70)),
    }),
  );
  expect(report.resources).toEqual(['web']);
  expect(report.unsupported.map(({ what }) => what)).toEqual(['the whole policy']);
});

it.each([
  [
    'a variable',
    jobOf({ scaling: 'min = 1\n max = var.most', policy: check('cpu', 'cpu', targetOf(1)) }),
    'nomad job run -output',
  ],
  ['a template', jobOf({ scaling: 'min = [[ var "min" . ]]\n max = 3', policy: '' }), 'is not valid HCL'],
  [
    'thresholds without an action',
    jobOf({
      scaling: 'min = 1\n max = 3',
      policy: check('cpu', 'cpu', '"threshold" {\n upper_bound = 80\n lower_bound = 20\n }'),
    }),
    'needs exactly one of delta',
  ],
])('a job with %s is an error that says what to do', async (_, text, words) => {
  expect(await refusalAs('nomad', text)).toContain(words);
});
