/** The shapes of ScaledObjects in public repositories, with other names and numbers, and the outcome of each. */
import { importedAs, refusal } from './importing.js';

/** With the signals of the resource, and what is not carried over. */
type Shape = readonly [title: string, text: string, signals: readonly string[], notCarriedOver: readonly string[]];

const scaledObject = (spec: string, name = 'worker') => `
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: ${name}, namespace: shop }
spec:
  scaleTargetRef: { name: ${name} }
${spec}`;

const shapes: readonly Shape[] = [
  [
    'a guide: instant tasks, with the division in the query',
    scaledObject(`
  minReplicaCount: 2
  maxReplicaCount: 20
  pollingInterval: 15
  cooldownPeriod: 60
  triggers:
    - type: prometheus
      metadata:
        serverAddress: http://prometheus-server.monitoring:9090
        metricName: instant_jobs
        query: |
          (sum(jobs_active) + sum(jobs_waiting)) / 5
        threshold: "1"`),
    ['instant_jobs'],
    [],
  ],
  [
    'the same guide: a busy share of the units as an average, which the report warns of',
    scaledObject(`
  minReplicaCount: 2
  triggers:
    - type: prometheus
      metadata: { serverAddress: "http://prometheus:9090", metricName: busy, query: sum(used) / sum(slots), threshold: "0.45" }`),
    ['busy'],
    [],
  ],
  [
    'CPU and memory of a vendor’s workload in two ScaledObjects, with an activation value and the former type',
    ['cpu', 'memory']
      .map((type) =>
        scaledObject(
          `  minReplicaCount: 0
  triggers:
  - type: ${type}
    metadata: { type: Utilization, value: "65", activationThreshold: "25" }`,
          'db',
        )
          .replace('name: db, namespace', `name: db-${type}, namespace`)
          .replace('{ name: db }', '{ name: db, kind: YBCluster, apiVersion: yugabyte.com/v1alpha1 }'),
      )
      .join('\n---'),
    ['cpu'],
    ['ScaledObject shop/db-memory'],
  ],
  [
    'SQS with an identity of the operator',
    scaledObject(`
  pollingInterval: 10
  cooldownPeriod: 300
  minReplicaCount: 0
  maxReplicaCount: 50
  triggers:
    - type: aws-sqs-queue
      metadata:
        queueURL: https://sqs.eu-west-1.amazonaws.com/123456789012/orders
        queueLength: "5"
        awsRegion: eu-west-1
        identityOwner: operator`),
    ['orders'],
    [],
  ],
  [
    'SQS, Kafka and office hours, with IRSA',
    `${scaledObject(`
  minReplicaCount: 1
  triggers:
  - type: aws-sqs-queue
    metadata: { queueURL: "https://sqs.eu-west-1.amazonaws.com/1/orders", queueLength: "50", awsRegion: eu-west-1 }
    authenticationRef: { name: keda-aws }
  - type: kafka
    metadata: { bootstrapServers: "kafka:9092", consumerGroup: processors, topic: events, lagThreshold: "100" }
  - type: cron
    metadata: { timezone: America/New_York, start: 0 8 * * 1-5, end: 0 20 * * 1-5, desiredReplicas: "10" }`)}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: { name: keda-aws, namespace: shop }
spec: { podIdentity: { provider: aws } }`,
    ['orders', 'events', 'events_partitions'],
    [],
  ],
  [
    'keys of AWS in a Secret',
    `${scaledObject(`
  triggers:
    - type: aws-sqs-queue
      metadata: { queueURL: "https://sqs.eu-west-1.amazonaws.com/1/work", queueLength: "5", awsRegion: eu-west-1 }
      authenticationRef: { name: aws }`)}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: { name: aws, namespace: shop }
spec:
  secretTargetRef:
    - { parameter: awsAccessKeyID, name: aws-secret, key: AWS_ACCESS_KEY_ID }
    - { parameter: awsSecretAccessKey, name: aws-secret, key: AWS_SECRET_ACCESS_KEY }`,
    ['work'],
    [],
  ],
  [
    'pending entries of a Redis stream',
    scaledObject(`
  minReplicaCount: 2
  maxReplicaCount: 10
  triggers:
    - type: redis-streams
      metadata: { address: "redis.shop.svc.cluster.local:6379", stream: shop.events, consumerGroup: agents, pendingEntriesCount: "15" }`),
    ['shop_events'],
    [],
  ],
  [
    'a Celery list',
    scaledObject(`
  minReplicaCount: 4
  triggers:
    - type: redis
      metadata: { address: "redis.shop.svc:6379", listName: celery, listLength: "20" }`),
    ['celery'],
    [],
  ],
  [
    'Kafka with idleReplicaCount 0 beside a minimum of 0, a fallback and slow rates',
    scaledObject(`
  pollingInterval: 15
  cooldownPeriod: 60
  idleReplicaCount: 0
  minReplicaCount: 0
  fallback: { failureThreshold: 3, replicas: 3 }
  advanced:
    restoreToOriginalReplicaCount: false
    horizontalPodAutoscalerConfig:
      behavior:
        scaleUp: { stabilizationWindowSeconds: 30, policies: [{ type: Pods, value: 20, periodSeconds: 30 }] }
        scaleDown: { stabilizationWindowSeconds: 120, policies: [{ type: Pods, value: 5, periodSeconds: 60 }] }
  triggers:
    - type: kafka
      metadata: { bootstrapServers: "kafka:9092", consumerGroup: g, topic: orders, lagThreshold: "100", activationLagThreshold: "10" }`),
    ['orders', 'orders_partitions'],
    [],
  ],
  [
    'a queue of a database with idleReplicaCount 1',
    scaledObject(`
  idleReplicaCount: 1
  minReplicaCount: 3
  maxReplicaCount: 15
  triggers:
    - type: postgresql
      metadata:
        connectionFromEnv: SYSTEM_DATABASE_URL
        query: "SELECT ceil(COUNT(*)::decimal / 16) FROM workflow_status"
        targetQueryValue: "1.1"
        activationTargetQueryValue: "5"`),
    ['rows'],
    ['the form of the connection string'],
  ],
  [
    'nights and weekends off, with a second trigger of 0 units',
    scaledObject(`
  minReplicaCount: 0
  maxReplicaCount: 10
  triggers:
  - type: cron
    metadata: { timezone: Asia/Seoul, start: 0 9 * * 1-5, end: 0 21 * * 1-5, desiredReplicas: "3" }
  - type: cron
    metadata: { timezone: Asia/Seoul, start: 0 21 * * 1-5, end: 0 9 * * 2-6, desiredReplicas: "0" }`),
    [],
    [],
  ],
  [
    'the mean of two RabbitMQ queues as a formula, over AMQP',
    scaledObject(`
  minReplicaCount: 1
  advanced: { scalingModifiers: { formula: "(first + second) / 2", target: "5", metricType: "AverageValue" } }
  triggers:
  - type: rabbitmq
    name: first
    metadata: { protocol: amqp, queueName: tests, queueLength: "5", hostFromEnv: RABBITMQ_HOST }
  - type: rabbitmq
    name: second
    metadata: { protocol: amqp, queueName: tests, queueLength: "10", hostFromEnv: RABBITMQ_OTHER }`),
    ['first', 'second'],
    [],
  ],
  [
    'a ratio of rates in a formula: a mode that RabbitMQ’s source does not have',
    scaledObject(`
  advanced: { scalingModifiers: { metricType: Value, formula: "max(ratio, length/1000)", target: 1.2 } }
  triggers:
  - type: rabbitmq
    name: ratio
    metricType: Value
    metadata: { protocol: http, queueName: tests, mode: PublishedToDeliveredRatio, value: "1", host: "http://rabbitmq:15672" }
  - type: rabbitmq
    name: length
    metadata: { protocol: http, queueName: tests, mode: QueueLength, value: "100", host: "http://rabbitmq:15672" }`),
    [],
    ['the mode PublishedToDeliveredRatio', 'the formula', 'scaling to 0'],
  ],
  [
    'Service Bus with a workload identity that is not in the file, and a parameter of the former version',
    scaledObject(`
  minReplicaCount: 1
  triggers:
    - type: azure-servicebus
      metadata: { queueName: orders, namespace: shop-bus, messageCount: "50", queueLength: "5" }
      authenticationRef: { name: servicebus-auth }`),
    ['orders'],
    ['the TriggerAuthentication servicebus-auth', 'the parameter queueLength'],
  ],
  [
    'Pub/Sub with the deprecated size, and a login of the pod',
    `${scaledObject(`
  minReplicaCount: 2
  triggers:
  - type: gcp-pubsub
    authenticationRef: { name: gcp }
    metadata: { subscriptionName: workers, subscriptionSize: "10", subscriptionSizeSamplePeriod: "10" }`)}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: { name: gcp, namespace: shop }
spec: { podIdentity: { provider: gcp } }`,
    ['workers'],
    ['the parameter subscriptionSizeSamplePeriod'],
  ],
  [
    'NATS and a percentile of a latency',
    scaledObject(`
  minReplicaCount: 1
  triggers:
    - type: nats-jetstream
      metadata: { natsServerMonitoringEndpoint: "http://nats:8222", account: "$G", stream: agents, consumer: pool, lagThreshold: "3" }
    - type: prometheus
      metadata: { serverAddress: "http://prometheus:9090", metricName: p95, query: "histogram_quantile(0.95, sum by (le) (rate(seconds_bucket[5m])))", threshold: "2" }`),
    ['pool', 'p95'],
    ['the monitoring port'],
  ],
  [
    'an external scaler of working days',
    scaledObject(`
  triggers:
    - type: external
      metadata: { scalerAddress: "working-days:8080", nthWorkingDay: "5", fromTime: "06:00:00", toTime: "06:00:00", targetSize: "10" }`),
    ['work', 'work_active'],
    ['the target of the scaler'],
  ],
  [
    'a metricType among the parameters, where KEDA does not look',
    scaledObject(`
  minReplicaCount: 1
  triggers:
  - type: prometheus
    name: vllm-queue-depth
    metadata: { serverAddress: "https://prometheus:9090", query: "avg(waiting)", threshold: "3", metricType: AverageValue, unsafeSsl: "true" }`),
    ['vllm_queue_depth'],
    ['the parameter metricType'],
  ],
  [
    'worker pods beside a ScaledJob for batches',
    `${scaledObject('  triggers: [{ type: redis, metadata: { address: "redis:6379", listName: jobs } }]')}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata: { name: ingest, namespace: shop }
spec: { maxReplicaCount: 1, triggers: [{ type: aws-sqs-queue, metadata: { queueLength: "20" } }] }`,
    ['jobs'],
    ['ScaledJob shop/ingest'],
  ],
];

describe('a ScaledObject as public repositories have it', () => {
  it.each(shapes)('%s', async (_, text, signals, notCarriedOver) => {
    const { config, report } = await importedAs('keda', text);
    const [resource] = Object.values(config.resources);
    expect(resource?.autoscale?.settings.signals ?? []).toEqual(signals);
    expect(report.unsupported.map(({ path, what }) => (what.startsWith('the whole') ? path : what)).toSorted()).toEqual(
      notCarriedOver.toSorted(),
    );
  });

  it('a share as an average for each unit: the report says that more load does not add units', async () => {
    const { report } = await importedAs('keda', shapes[1]![1]);
    expect(report.warnings).toContainEqual({
      path: 'ScaledObject shop/worker spec.triggers[0].metadata.threshold',
      message: expect.stringContaining('use the policy utilization instead') as string,
    });
  });

  it.each([
    ['a template of a chart', 'kind: ScaledObject\nspec: { minReplicaCount: {{ .Values.min }} }', 'helm template'],
    [
      'placeholders of a shell',
      scaledObject('  triggers: [{ type: a, metadata: { queueURL: "${SQS_URL}" } }]'),
      'Fill in its value first',
    ],
    [
      'the version before 2.0',
      scaledObject('  triggers: []').replace('keda.sh/v1alpha1', 'keda.k8s.io/v1alpha1'),
      'apiVersion is not keda.sh/v1alpha1',
    ],
    [
      'a cron trigger without a time zone',
      scaledObject(
        '  triggers: [{ type: cron, metadata: { start: 0 8 * * *, end: 0 20 * * *, desiredReplicas: "10" } }]',
      ),
      'metadata.timezone is missing',
    ],
    [
      'a query of a database without its address',
      scaledObject('  triggers: [{ type: postgresql, metadata: { query: SELECT 1, targetQueryValue: "5" } }]'),
      'metadata.host is missing',
    ],
  ])('%s: refused, with what to do', async (_, text, words) => {
    expect(await refusal(text, 'keda')).toContain(words);
  });
});
