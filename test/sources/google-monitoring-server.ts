/**
 * What Cloud Monitoring and Pub/Sub answer, in the form of their REST references: no emulator of Cloud Monitoring exists.
 * The server aligns nothing: a test gives the aligned points.
 */
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { LocalHttpServer, type Asked, type Reply } from './local-servers.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export function keyFile(key: string = privateKey): string {
  const account = { client_email: 'reader@shop.iam.gserviceaccount.com', private_key: key, private_key_id: 'k1' };
  return JSON.stringify({ type: 'service_account', project_id: 'shop', ...account });
}

/** An error as `google.rpc.Status` in JSON. */
export function failure(code: number, status: string, message = 'so it is'): Reply {
  return { status: code, body: { error: { code, message, status } } };
}

/** One series: the value of each period by how many minutes ago the period ended. */
export function series(values: Readonly<Record<number, object>>): object {
  const points = Object.entries(values).map(([minutes, value]) => {
    const endTime = new Date(minuteBegun() - Number(minutes) * 60_000).toISOString();
    return { interval: { startTime: endTime, endTime }, value };
  });
  const resource = { type: 'pubsub_subscription', labels: { project_id: 'shop' } };
  return { metric: { type: 'm', labels: {} }, resource, metricKind: 'GAUGE', valueType: 'INT64', points };
}

export const int = (value: number) => ({ int64Value: String(value) });
export const double = (doubleValue: number | string) => ({ doubleValue });
export const distribution = (count: number, mean?: number) => ({
  distributionValue: { count: String(count), ...(mean !== undefined && { mean }), bucketCounts: [] },
});

export function minuteBegun(): number {
  return Math.floor(Date.now() / 60_000) * 60_000;
}

/** Refuses tokens that the key of the service account has not signed. */
export class GoogleServer extends LocalHttpServer {
  reply: (asked: Asked) => Reply = () => ({ body: {} });

  constructor() {
    super((asked) => (isSigned(asked) ? this.reply(asked) : failure(401, 'UNAUTHENTICATED', 'invalid credentials')));
  }

  /** The parameters of the last request. */
  get parameters(): URLSearchParams {
    return new URL(this.asked.at(-1)?.url ?? '', 'http://here').searchParams;
  }
}

function isSigned({ headers }: Asked): boolean {
  const [head = '', claims = '', signature = ''] = headers.authorization?.replace('Bearer ', '').split('.') ?? [];
  return createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url');
}
