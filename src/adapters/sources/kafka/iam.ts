/** The login of Amazon MSK with IAM: a signed token in place of a password, made anew for every connection. */
import type { SASLOptions } from 'kafkajs';
import { SourceError } from '../source.js';

/** Signed with the usual credentials of AWS: environment, profile, the role of the task, pod or instance. */
export function iamSasl(region: string): SASLOptions {
  return {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: await signedToken(region) }),
  };
}

async function signedToken(region: string): Promise<string> {
  // Loaded when it is needed: most configurations have no such signal. A CommonJS module, all of it in its default.
  const { default: signer } = await import('aws-msk-iam-sasl-signer-js');
  try {
    return (await signer.generateAuthToken({ region })).token;
  } catch (error) {
    const said = error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}` : String(error);
    const advice = 'Check the AWS credentials of this machine: environment, profile or role.';
    throw new SourceError('denied', `no token could be signed for the login (${said}). ${advice}`);
  }
}
