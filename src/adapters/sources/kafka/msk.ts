/** Amazon MSK: the brokers of a cluster by its ARN, as GetBootstrapBrokers returns them for each kind of login. */
import type { GetBootstrapBrokersResponse, KafkaClient } from '@aws-sdk/client-kafka';
import { z } from 'zod';
import { withFix } from '../../../domain/written/issue.js';
import { regionOfArn } from '../../net/aws.js';
import { AdapterError } from '../../net/errors.js';
import { awsSettings, callAws, sourceClientConfig } from '../aws/aws.js';

export const mskSettings = z.strictObject({
  clusterArn: z
    .string()
    .regex(/^arn:[^:\s]+:kafka:[^:\s]+:[^:\s]*:cluster\/[^/\s]+\/\S+$/, {
      error: withFix(
        'is not the ARN of an MSK cluster',
        'write it as in arn:aws:kafka:eu-central-1:123456789012:cluster/main/0123abcd',
      ),
    })
    .describe('ARN of the cluster, which also gives the region.'),
  network: z
    .enum(['private', 'public', 'multiVpc'])
    .default('private')
    .describe(
      'Addresses to connect to: those in the VPC of the cluster (`private`), `public` ones, or those of multi-VPC private connectivity (`multiVpc`). The cluster must offer them.',
    ),
  ...awsSettings,
});

type MskSettings = z.output<typeof mskSettings>;

export type MskLogin = 'plaintext' | 'tls' | 'scram' | 'iam';

export interface MskBrokers {
  readonly brokers: readonly string[];
  readonly login: MskLogin;
}

export function mskName({ clusterArn }: MskSettings): string {
  return clusterArn.split('/')[1] ?? clusterArn;
}

/** `arn:aws:kafka:eu-central-1:...` -> `eu-central-1`. The schema has checked that the ARN has a region. */
export function mskRegion({ region, clusterArn }: MskSettings): string {
  return region ?? regionOfArn(clusterArn) ?? '';
}

/**
 * Asks for the brokers.
 * @param logins those that the settings allow. The first one that the cluster offers is used.
 * @throws AdapterError
 */
export async function mskBrokers(
  settings: MskSettings,
  logins: readonly MskLogin[],
  timeoutMs: number,
  abortSignal: AbortSignal,
): Promise<MskBrokers> {
  const what = `MSK cluster ${mskName(settings)}`;
  const client = await openMsk(settings, timeoutMs);
  try {
    const { GetBootstrapBrokersCommand } = await import('@aws-sdk/client-kafka');
    const command = new GetBootstrapBrokersCommand({ ClusterArn: settings.clusterArn });
    const answer = await callAws(what, 'kafka:GetBootstrapBrokers', () => client.send(command, { abortSignal }));
    return chosen(answer, settings.network, logins, what);
  } finally {
    // The brokers are asked for only when a connection is opened, so the client is not kept.
    client.destroy();
  }
}

async function openMsk(settings: MskSettings, timeoutMs: number): Promise<KafkaClient> {
  // Loaded on first use: the SDK is large, and most configurations do not use it.
  const { KafkaClient } = await import('@aws-sdk/client-kafka');
  return new KafkaClient(await sourceClientConfig({ ...settings, region: mskRegion(settings) }, timeoutMs));
}

type Network = MskSettings['network'];

const fields: Readonly<Record<Network, Partial<Readonly<Record<MskLogin, keyof GetBootstrapBrokersResponse>>>>> = {
  private: {
    plaintext: 'BootstrapBrokerString',
    tls: 'BootstrapBrokerStringTls',
    scram: 'BootstrapBrokerStringSaslScram',
    iam: 'BootstrapBrokerStringSaslIam',
  },
  public: {
    tls: 'BootstrapBrokerStringPublicTls',
    scram: 'BootstrapBrokerStringPublicSaslScram',
    iam: 'BootstrapBrokerStringPublicSaslIam',
  },
  multiVpc: {
    tls: 'BootstrapBrokerStringVpcConnectivityTls',
    scram: 'BootstrapBrokerStringVpcConnectivitySaslScram',
    iam: 'BootstrapBrokerStringVpcConnectivitySaslIam',
  },
};

const settingsOf: Readonly<Record<MskLogin, string>> = {
  plaintext: 'no tls and no sasl',
  tls: 'tls without sasl',
  scram: 'sasl: { mechanism: scram-sha-512, ... }',
  iam: 'sasl: { mechanism: aws-msk-iam }',
};

function chosen(
  answer: GetBootstrapBrokersResponse,
  network: Network,
  logins: readonly MskLogin[],
  what: string,
): MskBrokers {
  const login = logins.find((each) => brokersIn(answer, network, each).length > 0);
  if (login !== undefined) return { brokers: brokersIn(answer, network, login), login };
  const wanted = logins.map((each) => settingsOf[each]).join(', or ');
  const offered = (Object.keys(fields) as Network[]).flatMap((each) =>
    (Object.keys(settingsOf) as MskLogin[])
      .filter((login) => brokersIn(answer, each, login).length > 0)
      .map((login) => `network: ${each} with ${settingsOf[login]}`),
  );
  const advice =
    offered.length === 0 ? 'It offers none at all: it may be starting.' : `It offers ${offered.join('; ')}.`;
  throw new AdapterError('missing', `${what} offers no brokers for network: ${network} with ${wanted}. ${advice}`);
}

/**
 * A list of `host:port`, separated by commas.
 * @throws AdapterError malformed
 */
function brokersIn(answer: GetBootstrapBrokersResponse, network: Network, login: MskLogin): string[] {
  const field = fields[network][login];
  const list: unknown = field && answer[field];
  const brokers = typeof list === 'string' ? list.split(',').flatMap((broker) => broker.trim() || []) : [];
  if (brokers.every((broker) => /^[^\s:]+:\d+$/.test(broker))) return brokers;
  throw new AdapterError(
    'malformed',
    'returned a list of brokers that is not host:port. Check endpoint, and any proxy.',
  );
}
