/** The settings of the connection to Kafka: brokers or an MSK cluster, TLS and SASL. */
import { z } from 'zod';
import { report, withFix } from '../../../domain/written/issue.js';
import { tlsSettings } from '../../net/tls.js';
import { mskSettings } from './msk.js';

const broker = z.string().regex(/^[^\s:/]+:\d+$|^\[[^\s\]]+\]:\d+$/, {
  error: withFix('is not the address of a broker', 'write host:port, such as kafka.example.com:9092'),
});

const loginFields = ['username', 'password'] as const;
const iamFields = ['region'] as const;
const fixes = {
  username: 'write the name of the user',
  password: 'write the password, such as ${KAFKA_PASSWORD}',
} as const;

const saslSettings = z
  .strictObject({
    mechanism: z
      .enum(['plain', 'scram-sha-256', 'scram-sha-512', 'aws-msk-iam'])
      .default('plain')
      .describe(
        'SASL mechanism of the broker. `aws-msk-iam` signs with the AWS credentials of `msk`, or of the environment, profile or role.',
      ),
    username: z.string().min(1).optional().describe('User name. Not supported for `aws-msk-iam`.'),
    password: z.string().optional().describe('Password. Not supported for `aws-msk-iam`.'),
    region: z
      .string()
      .min(1)
      .optional()
      .describe(
        'AWS region of the cluster, for `aws-msk-iam` only. Default: the region in `msk.clusterArn` or in the host names of MSK in `brokers`. Required where neither has one.',
      ),
  })
  .superRefine((given, issues) => {
    const { mechanism } = given;
    const isIam = mechanism === 'aws-msk-iam';
    for (const field of isIam ? [] : loginFields) {
      if (given[field] !== undefined) continue;
      const problem = `is missing, but mechanism: ${mechanism} requires it`;
      report(issues, { path: [field], problem, fix: fixes[field] });
    }
    for (const field of isIam ? loginFields : iamFields) {
      if (given[field] === undefined) continue;
      const problem = `is not supported for mechanism: ${mechanism}`;
      report(issues, { path: [field], problem, fix: `remove ${field}` });
    }
  });

export const kafkaSettings = {
  brokers: z
    .union([broker, z.array(broker).min(1)])
    .optional()
    .describe(
      'Address of a broker as `host:port`, or a list of addresses. Kafka reports the other brokers. Required without `msk`.',
    ),
  msk: mskSettings
    .optional()
    .describe(
      'Amazon MSK cluster whose brokers are asked for, in place of `brokers`. `sasl` and `tls` select the addresses; without both, the first that the cluster offers of plaintext, TLS without a login, and IAM.',
    ),
  sasl: saslSettings.optional().describe('Login, if the brokers require one.'),
  tls: tlsSettings
    .optional()
    .describe('TLS settings. An empty mapping (`tls: {}`) enables TLS with the certificate authorities of Node.'),
};

export type KafkaSettings = z.output<z.ZodObject<typeof kafkaSettings>>;

/** What the schemas of the single settings cannot check. */
export function checkConnection(given: KafkaSettings, issues: z.core.$RefinementCtx): void {
  const { brokers, msk, sasl, tls } = given;
  if (brokers === undefined && msk === undefined) {
    const fix = 'write host:port of a broker, or msk with the ARN of a cluster';
    report(issues, { path: ['brokers'], problem: 'is missing', fix });
  }
  if (brokers !== undefined && msk !== undefined) {
    report(issues, { path: ['brokers'], problem: 'is not supported with msk', fix: 'remove brokers, or msk' });
  }
  if (msk !== undefined && sasl !== undefined && !mskMechanisms.has(sasl.mechanism)) {
    const problem = `is ${sasl.mechanism}, which Amazon MSK does not support`;
    report(issues, { path: ['sasl', 'mechanism'], problem, fix: 'write scram-sha-512 or aws-msk-iam' });
  }
  if (msk !== undefined || sasl?.mechanism !== 'aws-msk-iam') return;
  if (tls === undefined) {
    report(issues, { path: ['tls'], problem: 'is missing, but aws-msk-iam requires it', fix: 'write tls: {}' });
  }
  if (sasl.region === undefined && regionOfBrokers(given) === undefined) {
    const problem = 'is missing, but mechanism: aws-msk-iam requires it';
    const fix = 'write the AWS region of the cluster, such as eu-central-1';
    report(issues, { path: ['sasl', 'region'], problem, fix });
  }
}

const mskMechanisms: ReadonlySet<string> = new Set(['scram-sha-512', 'aws-msk-iam']);

/** `b-1.main.abcdef.c2.kafka.eu-central-1.amazonaws.com:9098` -> `eu-central-1`. */
export function regionOfBrokers({ brokers }: Pick<KafkaSettings, 'brokers'>): string | undefined {
  const regions = [brokers ?? []]
    .flat()
    .map((each) => /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\./.exec(each)?.[1]);
  return regions.find((region) => region !== undefined);
}
