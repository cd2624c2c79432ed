/** Every source there is: a new one is one line here. */
import { activemq } from './activemq.js';
import { cloudwatch } from './aws/cloudwatch.js';
import { constant } from './constant.js';
import { httpJson } from './http-json/http-json.js';
import { kafka } from './kafka/kafka.js';
import { kinesis } from './aws/kinesis.js';
import { prometheus } from './prometheus.js';
import { rabbitmq } from './rabbitmq/rabbitmq.js';
import { redis } from './redis/redis.js';
import { sqs } from './aws/sqs.js';
import { temporal } from './temporal/temporal.js';
import { SourceError, type Source, type SourceContext, type SourceDefinition } from './source.js';

export const sourceDefinitions: readonly SourceDefinition[] = [
  prometheus,
  httpJson,
  redis,
  rabbitmq,
  activemq,
  sqs,
  cloudwatch,
  kinesis,
  kafka,
  temporal,
  constant,
];

/**
 * Makes the source of a signal from its settings, without `type` and with every `${NAME}` resolved.
 * @throws SourceError naming each setting that is wrong, never what was given for it.
 */
export function createSource(type: string, settings: unknown, context: SourceContext): Source {
  const definition = sourceDefinitions.find((each) => each.type === type);
  if (definition === undefined) {
    const known = sourceDefinitions.map((each) => each.type).join(', ');
    throw new SourceError(
      'failed',
      `signal "${context.signal}": there is no source type ${type}. Use one of ${known}.`,
    );
  }
  const parsed = definition.settings.safeParse(settings);
  if (parsed.success) return definition.create(parsed.data, context);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
  throw new SourceError('failed', `signal "${context.signal}", ${type}: ${problems.join('; ')}`);
}
