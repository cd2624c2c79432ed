/** Queues that the simulated capacity drains. */
import type { Picture, RecipeGroup } from './recipes.js';
import { constant, hill, type Load, noisy, plateau, rounded, sampled, sum } from './signals.js';

/** Jobs per second, one sample every 30 seconds. */
const arrivals = (load: Load, minutes: number) =>
  ({ kind: 'samples', samples: rounded(sampled(load, minutes, 30), 2) }) as const;

const queue = { title: 'Messages in the queue', lines: [{ name: 'queue', signal: 'queue' }] };

interface OneQueue {
  readonly name: string;
  readonly title: string;
  readonly serviceRate: number;
  readonly readyAfter: string;
}

/** One configuration on one queue, with the same name for the page, the file and the chart. */
export function queuePicture({ name, title, serviceRate, readyAfter }: OneQueue): Picture {
  const run = { name, file: `${name}.yaml`, load: { arrivals: `${name}-arrivals`, serviceRate }, readyAfter };
  return { name, title, page: `${name}.md`, runs: [run], panel: queue, tickMinutes: 30 };
}

const presets = ['cost', 'steady', 'bursty', 'performance'];

export const omnistrateAndQueues: RecipeGroup = {
  signals: {
    'omnistrate-arrivals': arrivals(noisy(sum(constant(0.5), plateau(30, 120, 10, 3.6)), 0.1, 5), 210),
    'ecs-sqs-arrivals': arrivals(noisy(sum(constant(1), plateau(30, 80, 2, 13)), 0.1, 6), 150),
    'rabbitmq-kubernetes-arrivals': arrivals(noisy(sum(plateau(20, 60, 3, 16), hill(115, 4, 6)), 0.15, 7), 150),
    'queue-presets-arrivals': arrivals(noisy(sum(constant(1.5), hill(35, 5, 6), hill(95, 18, 3)), 0.2, 8), 150),
  },
  pictures: [
    queuePicture({
      name: 'omnistrate',
      title: 'An Omnistrate service: the queue and the workers',
      serviceRate: 1,
      readyAfter: '2m',
    }),
    queuePicture({ name: 'ecs-sqs', title: 'ECS and SQS: messages and tasks', serviceRate: 0.8, readyAfter: '75s' }),
    queuePicture({
      name: 'rabbitmq-kubernetes',
      title: 'RabbitMQ and Kubernetes: messages and pods, down to none',
      serviceRate: 2,
      readyAfter: '20s',
    }),
    {
      name: 'queue-presets',
      title: 'Four presets on the same arrivals: the queue and the units',
      page: 'queue-presets.md',
      runs: presets.map((name) => ({
        name,
        file: `queue-${name}.yaml`,
        load: { arrivals: 'queue-presets-arrivals', serviceRate: 1 },
        readyAfter: '20s',
      })),
      panel: {
        title: 'Jobs in the queue',
        lines: presets.map((name, run) => ({ name, signal: 'queue', run })),
      },
      figures: [
        {
          label: 'more than 150 jobs for',
          of: ({ points, intervalSeconds }) => {
            const long = points.filter(({ signals }) => (signals['queue'] ?? 0) > 150).length;
            return `${Math.round((long * intervalSeconds) / 60)} min`;
          },
        },
      ],
      tickMinutes: 30,
    },
  ],
};
