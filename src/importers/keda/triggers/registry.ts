/** The triggers that have a source here, and for the others what comes nearest. */
import { cloudwatch, kinesis, sqs } from './aws.js';
import { azureMonitor, serviceBus, storageQueue } from './azure.js';
import { activemq, natsJetStream, temporal } from './brokers.js';
import { elasticsearch } from './elasticsearch.js';
import { external } from './external.js';
import { pubsub, stackdriver } from './google.js';
import { metricsApi, prometheus } from './http.js';
import { kafka } from './kafka.js';
import { mongodb } from './mongodb.js';
import { rabbitmq } from './rabbitmq.js';
import { redisList, redisStream } from './redis.js';
import { mysql, postgresql } from './sql.js';
import type { Converter, NotMeasured } from './trigger.js';

export const converters: ReadonlyMap<string, Converter> = new Map(
  Object.entries({
    activemq,
    'apache-kafka': kafka,
    'aws-cloudwatch': cloudwatch,
    'aws-kinesis-stream': kinesis,
    'aws-sqs-queue': sqs,
    'azure-monitor': azureMonitor,
    'azure-queue': storageQueue,
    'azure-servicebus': serviceBus,
    elasticsearch,
    external,
    'external-push': external,
    'gcp-pubsub': pubsub,
    'gcp-stackdriver': stackdriver,
    kafka,
    'metrics-api': metricsApi,
    mongodb,
    mysql,
    'nats-jetstream': natsJetStream,
    opensearch: elasticsearch,
    postgresql,
    prometheus,
    rabbitmq,
    redis: redisList,
    'redis-cluster': redisList,
    'redis-cluster-streams': redisStream,
    'redis-sentinel': redisList,
    'redis-sentinel-streams': redisStream,
    'redis-streams': redisStream,
    temporal,
  }),
);

/** What measures something similar, by the type of the trigger. */
const nearest: Readonly<Record<string, string>> = {
  'artemis-queue': 'http-json on the Jolokia of the broker',
  'azure-app-insights': 'azure-monitor',
  'azure-eventhub': 'kafka on the Kafka endpoint of Event Hubs, or azure-monitor',
  'azure-log-analytics': 'azure-monitor',
  datadog: 'http-json on the API of Datadog',
  'gcp-cloudtasks': 'google-cloud-monitoring with the metric queue/depth',
  'gcp-storage': 'google-cloud-monitoring',
  graphite: 'http-json on its render API',
  influxdb: 'http-json on its query API',
  'kubernetes-workload': 'prometheus on kube-state-metrics',
  'kubernetes-resource': 'prometheus on kube-state-metrics',
  loki: 'prometheus, because Loki has the same API for metric queries',
  'new-relic': 'http-json on its API',
  pulsar: 'prometheus, or http-json on its admin API',
  'selenium-grid': 'http-json on the status of the grid',
  'github-runner': 'http-json on the API of GitHub',
};

export function notMeasured(type: string): NotMeasured {
  const source = nearest[type];
  return {
    what: `the trigger ${type}`,
    why: `${source === undefined ? 'no source measures it' : `no source is the same. The nearest is ${source}`}. While KEDA is installed, kubernetes-external reads its metric (docs/sources/kubernetes-external.md)`,
  };
}
