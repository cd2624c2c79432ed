/** What the AWS sources share: credentials, region, one try a sample, and errors in words. */
import { z } from 'zod';
import { oneLine } from '../../net/answer-words.js';
import { TunnellingAgent } from '../../net/tunnel.js';
import { addressSetting } from '../../net/server-address.js';
import { SourceError } from '../source.js';

export const awsSettings = {
  region: z
    .string()
    .min(1)
    .optional()
    .describe('AWS region. Default: that of the environment (AWS_REGION) or profile.'),
  credentials: z
    .strictObject({
      accessKeyId: z.string().min(1).describe('Access key.'),
      secretAccessKey: z.string().min(1).describe('Its secret.'),
      sessionToken: z.string().min(1).optional().describe('Token that belongs to temporary keys.'),
    })
    .optional()
    .describe('Default: the usual chain of AWS: environment, profile, the role of the task, pod or instance.'),
  endpoint: addressSetting(['http', 'https'])
    .optional()
    .describe('Another address than that of AWS, such as a VPC endpoint.'),
};

export type AwsSettings = z.output<z.ZodObject<typeof awsSettings>>;

/** The configuration of any client of the SDK. */
export async function awsClientConfig(settings: AwsSettings, timeoutMs: number) {
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const { region, credentials, endpoint } = settings;
  return {
    // A sample is one look; the next one is the retry.
    maxAttempts: 1,
    // HTTP/1.1 also for Kinesis, whose client would speak HTTP/2: one connection that is kept, and proxies understand it.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      httpsAgent: new TunnellingAgent(),
    }),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials: withoutUndefined(credentials) }),
  };
}

function withoutUndefined({ sessionToken, ...keys }: NonNullable<AwsSettings['credentials']>) {
  return sessionToken === undefined ? keys : { ...keys, sessionToken };
}

export function awsSecrets({ credentials }: AwsSettings) {
  return [credentials?.secretAccessKey, credentials?.sessionToken];
}

/** Runs a call of the SDK; `what` is the resource it asks for: "queue jobs". */
export async function callAws<Result>(what: string, permission: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw explained(error, what, permission);
  }
}

function explained(error: unknown, what: string, permission: string): unknown {
  if (!(error instanceof Error)) return error;
  if (/Region is missing/.test(error.message)) {
    return new SourceError('failed', 'no region is known. Set region, or AWS_REGION in the environment.');
  }
  const status = statusOf(error);
  const isOfAws = '$fault' in error;
  // Proxies and gateways refuse in words that the SDK cannot read, and quotes: only their status is told.
  const text = status !== undefined && !isOfAws ? `status ${status}` : oneLine(`${error.name}: ${error.message}`);
  if ((!isOfAws && (status === 401 || status === 403)) || deniedNames.test(error.name)) {
    const advice = `Check the credentials and that they may ${permission} on ${what}.`;
    return new SourceError('denied', `refused (${text}). ${advice}`);
  }
  if (missingNames.test(error.name)) {
    return new SourceError('missing', `there is no ${what}. Check its name, the region and the account.`);
  }
  if (/Throttl|TooManyRequests|LimitExceeded|SlowDown/.test(error.name)) {
    return new SourceError('failed', `asks to be asked less often (${text}). Raise interval.`);
  }
  if (isOfAws) return new SourceError('failed', `answered ${text}. Look at its log for the reason.`);
  // The network, TLS and the time-out, which no answer has a part in.
  if (status === undefined && !('$response' in error)) return error;
  const answered = status === undefined ? '' : ` (${text})`;
  return new SourceError(
    'malformed',
    `answered something else than AWS does${answered}. Check endpoint, and any proxy.`,
  );
}

const deniedNames =
  /AccessDenied|AuthFailure|Credential|ExpiredToken|IncompleteSignature|InvalidAccessKeyId|InvalidClientTokenId|NotAuthorized|OptInRequired|Signature|UnauthorizedOperation|UnrecognizedClient/;
const missingNames = /NonExistentQueue|QueueDoesNotExist|ResourceNotFound/;

function statusOf(error: Error): number | undefined {
  const parsed = z.object({ $metadata: z.object({ httpStatusCode: z.number() }) }).safeParse(error);
  return parsed.success ? parsed.data.$metadata.httpStatusCode : undefined;
}
