/** The login to Amazon MSK with IAM. A signed token replaces the password, and every connection uses a new token. */
import type { SASLOptions } from 'kafkajs';
import { AdapterError } from '../../net/errors.js';
import type { AwsKeys } from '../aws/aws.js';

/**
 * The token is signed with the given AWS credentials, or those of the environment, the profile, or the role of the task,
 * pod or instance.
 */
export function iamSasl(region: string, credentials?: AwsKeys): SASLOptions {
  return {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: await signedToken(region, credentials) }),
  };
}

async function signedToken(region: string, credentials: AwsKeys | undefined): Promise<string> {
  // Loaded on first use, because most configurations do not use this login. The module is CommonJS: its exports are in
  // `default`.
  const { default: signer } = await import('aws-msk-iam-sasl-signer-js');
  try {
    if (credentials === undefined) return (await signer.generateAuthToken({ region })).token;
    const awsCredentialsProvider = async () => credentials;
    return (await signer.generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider })).token;
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}` : String(error);
    const advice = 'Check the AWS credentials of this machine: environment, profile or role.';
    throw new AdapterError('denied', `cannot sign a token for the login (${reason}). ${advice}`);
  }
}
