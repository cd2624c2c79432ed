/** Common to all clients of AWS's SDK: one attempt per call, the proxy, and the meaning of AWS's error names. */
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { oneLine, typeInWords } from './answer-words.js';
import { AdapterError, type AnswerCode } from './errors.js';
import { parseRetryAfter } from './http/retry-after.js';
import { codeOfStatus } from './http/status.js';
import { TunnellingAgent } from './tunnel.js';

export interface AwsAccess {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** The configuration of any client of the SDK. */
export async function awsClientConfig(access: AwsAccess, timeoutMs: number): Promise<AwsClientConfig> {
  const { endpoint, region = regionOfEnvironment() } = access;
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  return {
    // The caller decides whether and when to retry: only the caller knows whether a change is still wanted.
    maxAttempts: 1,
    // HTTP/1.1 also for Kinesis, whose client uses HTTP/2 by default: one connection is kept, and proxies support it.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      httpsAgent: new TunnellingAgent(),
    }),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

/** `arn:aws:kafka:eu-west-1:123456789012:cluster/main/...` -> `eu-west-1`. Undefined for what is not an ARN, or has no region. */
export function regionOfArn(text: string | undefined): string | undefined {
  const [prefix, , , region] = (text ?? '').split(':');
  return prefix === 'arn' && region !== '' ? region : undefined;
}

/**
 * AWS's SDK for JavaScript does not read AWS_DEFAULT_REGION, which AWS's command line and its SDK for Python read. The
 * profile is read where neither variable is set.
 */
function regionOfEnvironment(): string | undefined {
  const { AWS_REGION: region, AWS_DEFAULT_REGION: defaultRegion } = process.env;
  return region || defaultRegion || undefined;
}

interface AwsClientConfig {
  readonly maxAttempts: number;
  readonly requestHandler: NodeHttpHandler;
  readonly region?: string;
  readonly endpoint?: string;
}

export interface AwsAnswer {
  readonly code: AnswerCode;
  /** The status and the error text. */
  readonly said: string;
  /** False for the response of a proxy or a gateway, whose errors the SDK cannot parse. */
  readonly isOfAws: boolean;
  /** The error reports a limit: a quota or a request rate. */
  readonly isLimit: boolean;
  readonly retryAfterMs?: number | undefined;
}

/**
 * The response that an error of the SDK was made from: undefined if there was none, an AdapterError if no request was
 * sent.
 */
export function awsAnswerIn(error: Error): AwsAnswer | AdapterError | undefined {
  if (error.name === 'CredentialsProviderError') {
    return new AdapterError('denied', `no AWS credentials were found (${oneLine(error.message)})`);
  }
  if (/Region is missing/.test(error.message)) {
    return new AdapterError('notSent', 'no AWS region is set. Set region, or AWS_REGION in the environment');
  }
  const { $metadata, $response, $fault } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) {
    return $response && { code: 'malformed', said: 'no status', isOfAws: false, isLimit: false };
  }
  const isOfAws = $fault !== undefined;
  const headers = $response?.headers ?? {};
  const said = isOfAws
    ? `${status} ${oneLine(`${error.name}: ${error.message}`)}`
    : `${status} (${typeInWords(headers['content-type'])})`;
  // AWS returns most errors as status 400 with an error name, which is more specific than the status.
  const code = codes.find(({ names }) => names.test(error.name))?.code ?? codeOfStatus(status);
  const isLimit = /LimitExceeded/.test(error.name);
  return { code, said, isOfAws, isLimit, retryAfterMs: parseRetryAfter(headers['retry-after']) };
}

/** The common fields of the SDK's errors. Each client has its own error classes. */
interface SdkError extends Error {
  readonly $fault?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

const codes: readonly { readonly names: RegExp; readonly code: AnswerCode }[] = [
  {
    names:
      /AccessDenied|AuthFailure|Credential|ExpiredToken|IncompleteSignature|InvalidAccessKeyId|InvalidClientTokenId|MissingAuthenticationToken|NotAuthorized|OptInRequired|Signature|UnauthorizedOperation|UnrecognizedClient/,
    code: 'denied',
  },
  { names: /NonExistentQueue|QueueDoesNotExist|(Cluster|Service|Resource)NotFound/, code: 'missing' },
  { names: /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/, code: 'throttled' },
  // For a change the limit is a quota. For a read it is a request rate: see isLimit.
  { names: /LimitExceeded/, code: 'refused' },
  { names: /UpdateInProgress|ScalingActivityInProgress|ResourceContention|ResourceConflict/, code: 'conflict' },
];
