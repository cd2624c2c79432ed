/** The login to Amazon MSK with IAM. A signed token replaces the password, and every connection uses a new token. */
import type { SASLOptions } from 'kafkajs';
import { AdapterError } from '../../net/errors.js';

/** The token is signed with the AWS credentials of the environment, the profile, or the role of the task, pod or instance. */
export function iamSasl(region: string): SASLOptions {
  return {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: await signedToken(region) }),
  };
}

async function signedToken(region: string): Promise<string> {
  // Loaded on first use, because most configurations do not use this login. The module is CommonJS: its exports are in
  // `default`.
  const { default: signer } = await import('aws-msk-iam-sasl-signer-js');
  try {
    return (await signer.generateAuthToken({ region })).token;
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}` : String(error);
    const advice = 'Check the AWS credentials of this machine: environment, profile or role.';
    throw new AdapterError('denied', `cannot sign a token for the login (${reason}). ${advice}`);
  }
}
