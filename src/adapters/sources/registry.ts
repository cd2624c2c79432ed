/** Every source by its type. A new source is one file and one line here. */
import { activemq } from './activemq/activemq.js';
import { cloudwatch } from './aws/cloudwatch.js';
import { kinesis } from './aws/kinesis.js';
import { sqs } from './aws/sqs.js';
import { azureMonitor } from './azure/monitor.js';
import { azureServiceBus } from './azure/service-bus.js';
import { azureStorageQueue } from './azure/storage-queue.js';
import { constant } from './constant.js';
import { elasticsearch } from './elasticsearch/elasticsearch.js';
import { exposition } from './exposition/exposition.js';
import { googleCloudMonitoring } from './google/monitoring.js';
import { googlePubsub } from './google/pubsub.js';
import { httpJson } from './http-json/http-json.js';
import { kafka } from './kafka/kafka.js';
import { kubernetesCustom } from './kubernetes/custom.js';
import { kubernetesExternal } from './kubernetes/external.js';
import { kubernetesResource } from './kubernetes/resource.js';
import { kedaExternal } from './keda-external/keda-external.js';
import { mongodb } from './mongodb/mongodb.js';
import { nats } from './nats/nats.js';
import { prometheus } from './prometheus.js';
import { rabbitmq } from './rabbitmq/rabbitmq.js';
import { bullmq } from './redis/bullmq.js';
import { celery } from './redis/celery.js';
import { redis } from './redis/redis.js';
import { sidekiq } from './redis/sidekiq.js';
import { Registry } from '../../domain/registry.js';
import type { SourceDefinition } from './source.js';
import { sql } from './sql/sql.js';
import { temporal } from './temporal/temporal.js';

export const sources = new Registry<SourceDefinition>([
  prometheus,
  exposition,
  httpJson,
  redis,
  bullmq,
  celery,
  sidekiq,
  rabbitmq,
  activemq,
  sqs,
  cloudwatch,
  kinesis,
  googleCloudMonitoring,
  googlePubsub,
  azureServiceBus,
  azureStorageQueue,
  azureMonitor,
  kafka,
  nats,
  sql,
  mongodb,
  elasticsearch,
  temporal,
  kubernetesResource,
  kubernetesCustom,
  kubernetesExternal,
  kedaExternal,
  constant,
]);
