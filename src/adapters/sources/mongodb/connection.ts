/** The connection to a MongoDB server, replica set or cluster. */
import type { MongoClient, MongoClientOptions, TopologyDescription } from 'mongodb';
import { optionalPackage } from '../../net/optional-package.js';
import { tlsOptions, type TlsSettings } from '../../net/tls.js';
import { explained } from './failures.js';

interface Target {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly authSource: string;
  readonly authMechanism?: 'SCRAM-SHA-1' | 'SCRAM-SHA-256' | undefined;
  readonly replicaSet?: string | undefined;
  readonly readPreference: 'primary' | 'primaryPreferred' | 'secondary' | 'secondaryPreferred' | 'nearest';
  readonly tls?: TlsSettings | undefined;
}

export interface MongoConnection {
  readonly client: MongoClient;
  /** Converts extended JSON: `{ $oid }`, `{ $date }`. */
  readonly fromExtendedJson: <Value extends object>(value: Value) => Value;
}

interface Life {
  /** Called when no member of the deployment can be reached any more. */
  readonly lost: () => void;
  /** Closes the connection, also before it is open. */
  readonly abandoned: AbortSignal;
}

/** @throws AdapterError */
export async function openMongo(
  target: Target,
  timeoutMs: number,
  { lost, abandoned }: Life,
): Promise<MongoConnection> {
  const { MongoClient, BSON } = await optionalPackage('mongodb', () => import('mongodb'));
  const client = new MongoClient(target.url, optionsOf(target, timeoutMs));
  const close = () => void client.close().catch(() => undefined);
  abandoned.addEventListener('abort', close, { once: true });
  try {
    await Promise.race([client.connect(), firstFailure(client)]);
  } catch (error) {
    close();
    throw explained(error);
  }
  firstFailure(client).catch(() => {
    lost();
    close();
  });
  return { client, fromExtendedJson: (value) => BSON.EJSON.deserialize(value) as typeof value };
}

/**
 * Rejects when no member can be reached. The client itself would try again until the timeout, and then report only that
 * no server was found.
 */
async function firstFailure(client: MongoClient): Promise<never> {
  return new Promise((_, reject) => {
    const check = ({ newDescription }: { readonly newDescription: TopologyDescription }) => {
      const errors = [...newDescription.servers.values()].map(({ error }) => error);
      const [first] = errors;
      if (!first || errors.some((error) => !error)) return;
      client.off('topologyDescriptionChanged', check);
      reject(first);
    };
    client.on('topologyDescriptionChanged', check);
  });
}

function optionsOf(
  { username, password, authSource, authMechanism, replicaSet, readPreference, tls }: Target,
  timeoutMs: number,
): MongoClientOptions {
  return {
    appName: 'escapement',
    readPreference,
    // A sample is one read.
    retryReads: false,
    connectTimeoutMS: timeoutMs,
    socketTimeoutMS: timeoutMs,
    // Less than the timeout, so that the error says what the client has found.
    serverSelectionTimeoutMS: Math.ceil(timeoutMs * 0.9),
    maxPoolSize: 1,
    // Without a further connection to each member, which measures its round-trip time.
    serverMonitoringMode: 'poll',
    ...(replicaSet !== undefined && { replicaSet }),
    ...(username !== undefined && { auth: { username, password: password ?? '' }, authSource }),
    ...(authMechanism !== undefined && { authMechanism }),
    ...(tls !== undefined && { tls: true, ...tlsOptions(tls) }),
  };
}
