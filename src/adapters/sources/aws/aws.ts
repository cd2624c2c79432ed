/** What the AWS sources share: their settings, and errors in words. */
import { z } from 'zod';
import { awsAnswerIn, awsClientConfig } from '../../net/aws.js';
import { AdapterError } from '../../net/errors.js';
import { addressSetting } from '../../net/server-address.js';

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

export async function sourceClientConfig({ credentials, ...access }: AwsSettings, timeoutMs: number) {
  return {
    ...(await awsClientConfig(access, timeoutMs)),
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
  const answer = awsAnswerIn(error);
  // The network, TLS and the deadline, which no answer has a part in.
  if (answer === undefined) return error;
  const advice = `Check the credentials and that they may ${permission} on ${what}.`;
  if (answer instanceof AdapterError) {
    return new AdapterError(answer.code, `${answer.message}.${answer.code === 'denied' ? ` ${advice}` : ''}`);
  }
  const { code, said, isOfAws, isLimit } = answer;
  if (code === 'denied') return new AdapterError(code, `refused: ${said}. ${advice}`);
  if (!isOfAws) {
    return new AdapterError(
      'malformed',
      `answered something else than AWS does: ${said}. Check endpoint, and any proxy.`,
    );
  }
  if (code === 'missing') {
    return new AdapterError(code, `there is no ${what} (${said}). Check its name, the region and the account.`);
  }
  if (code === 'throttled' || isLimit) {
    return new AdapterError('throttled', `asks to be asked less often: ${said}. Raise interval.`);
  }
  return new AdapterError(code, `answered ${said}. Look at its log for the reason.`);
}
