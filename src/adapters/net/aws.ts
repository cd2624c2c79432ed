/** What every client of AWS's SDK shares here: one try a call, the proxy, and what the names of AWS's errors mean. */
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
export async function awsClientConfig({ region, endpoint }: AwsAccess, timeoutMs: number): Promise<AwsClientConfig> {
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  return {
    // The caller decides whether and when to retry: only the caller knows whether a change is still wanted.
    maxAttempts: 1,
    // HTTP/1.1 also for Kinesis, whose client would speak HTTP/2: one connection that is kept, and proxies understand it.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      httpsAgent: new TunnellingAgent(),
    }),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

interface AwsClientConfig {
  readonly maxAttempts: number;
  readonly requestHandler: NodeHttpHandler;
  readonly region?: string;
  readonly endpoint?: string;
}

export interface AwsAnswer {
  readonly code: AnswerCode;
  /** The status, and the error in words. */
  readonly said: string;
  /** False for proxies and gateways, which refuse in words that the SDK cannot read. */
  readonly isOfAws: boolean;
  /** The error names a limit: a quota, or so many requests in a time. */
  readonly isLimit: boolean;
  readonly retryAfterMs?: number | undefined;
}

/**
 * What an error of the SDK says of the answer it stands for: undefined where there was none, an AdapterError where nothing
 * was asked.
 */
export function awsAnswerIn(error: Error): AwsAnswer | AdapterError | undefined {
  if (error.name === 'CredentialsProviderError') {
    return new AdapterError('denied', `no AWS credentials were found (${oneLine(error.message)})`);
  }
  if (/Region is missing/.test(error.message)) {
    return new AdapterError('notSent', 'no AWS region is known. Set region, or AWS_REGION in the environment');
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
  // AWS answers most errors with 400 and a name: the name says more.
  const code = codes.find(({ names }) => names.test(error.name))?.code ?? codeOfStatus(status);
  const isLimit = /LimitExceeded/.test(error.name);
  return { code, said, isOfAws, isLimit, retryAfterMs: parseRetryAfter(headers['retry-after']) };
}

/** What the errors of the SDK have in common; its classes differ between its clients. */
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
  // A change is refused for a quota. A read is so for being asked too often: see isLimit.
  { names: /LimitExceeded/, code: 'refused' },
  { names: /UpdateInProgress/, code: 'conflict' },
];
