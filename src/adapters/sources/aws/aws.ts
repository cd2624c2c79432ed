/** Common to the AWS sources: settings and error messages. */
import { z } from 'zod';
import { awsAnswerIn, awsClientConfig } from '../../net/aws.js';
import { AdapterError } from '../../net/errors.js';
import { addressSetting } from '../../net/server-address.js';

export const awsSettings = {
  region: z
    .string()
    .min(1)
    .optional()
    .describe(
      'AWS region. Default: the region in an ARN or a URL of the settings, `AWS_REGION`, `AWS_DEFAULT_REGION`, or the region of the AWS profile.',
    ),
  credentials: z
    .strictObject({
      accessKeyId: z.string().min(1).describe('Access key ID.'),
      secretAccessKey: z.string().min(1).describe('Secret access key.'),
      sessionToken: z.string().min(1).optional().describe('Session token of temporary keys.'),
    })
    .optional()
    .describe(
      'Credentials. Default: the AWS default chain: environment, profile, the role of the task, pod or instance.',
    ),
  endpoint: addressSetting(['http', 'https'])
    .optional()
    .describe('Address of the API, such as a VPC endpoint. Default: the address of AWS.'),
};

export type AwsSettings = z.output<z.ZodObject<typeof awsSettings>>;

export async function sourceClientConfig(settings: AwsSettings, timeoutMs: number) {
  const credentials = awsCredentials(settings);
  return {
    ...(await awsClientConfig(settings, timeoutMs)),
    ...(credentials !== undefined && { credentials }),
  };
}

/** The credentials in the form of the SDK. Undefined where the settings have none: the default chain of AWS applies. */
export function awsCredentials({ credentials }: AwsSettings): AwsKeys | undefined {
  if (credentials === undefined) return undefined;
  const { sessionToken, ...keys } = credentials;
  return sessionToken === undefined ? keys : { ...keys, sessionToken };
}

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function awsSecrets({ credentials }: AwsSettings) {
  return [credentials?.secretAccessKey, credentials?.sessionToken];
}

/** Runs a call of the SDK. `what` is the requested resource: "queue jobs". */
export async function callAws<Result>(what: string, permission: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw explained(error, what, permission);
  }
}

function explained(error: unknown, what: string, permission: string): unknown {
  if (!(error instanceof Error)) return error;
  const answer = awsAnswerIn(error);
  // Errors of the network, TLS and the deadline, for which there is no response.
  if (answer === undefined) return error;
  const advice = `Check the credentials, and that they have the permission ${permission} on ${what}.`;
  if (answer instanceof AdapterError) {
    return new AdapterError(answer.code, `${answer.message}.${answer.code === 'denied' ? ` ${advice}` : ''}`);
  }
  const { code, said, isOfAws, isLimit } = answer;
  if (code === 'denied') return new AdapterError(code, `refused: ${said}. ${advice}`);
  if (!isOfAws) {
    return new AdapterError(
      'malformed',
      `sent a response that is not from AWS: ${said}. Check endpoint, and any proxy.`,
    );
  }
  if (code === 'missing') {
    return new AdapterError(code, `there is no ${what} (${said}). Check its name, the region and the account.`);
  }
  if (code === 'throttled' || isLimit) {
    return new AdapterError('throttled', `limits the rate of requests: ${said}. Raise interval.`);
  }
  return new AdapterError(code, `returned ${said}. Look for the reason in its log.`);
}
