/** Microsoft Entra ID: the settings of an identity, and its tokens, which are kept until shortly before they expire. */
import type { AccessToken, TokenCredential } from '@azure/identity';
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { oneLine } from '../answer-words.js';
import { orAborted } from '../deadline.js';
import { AdapterError } from '../errors.js';
import { Lazy } from '../lazy.js';
import { withoutSecrets } from '../secrets.js';
import type { AzureAuthorization } from './authorization.js';
import { azureClouds, cloudSetting } from './clouds.js';

const identity = z
  .strictObject({
    clientId: z
      .string()
      .min(1)
      .describe('Client ID of a managed identity or a workload identity, or of an app with a `clientSecret`.'),
    tenantId: z.string().min(1).optional().describe('ID of the tenant. Required with `clientSecret`.'),
    clientSecret: z.string().min(1).optional().describe('Client secret of the app, preferably as "${NAME}".'),
  })
  .superRefine(({ tenantId, clientSecret }, issues) => {
    if (clientSecret === undefined || tenantId !== undefined) return;
    report(issues, { path: ['tenantId'], problem: 'is missing', fix: 'set tenantId with clientSecret' });
  });

/** The settings of everything that signs in to Microsoft Entra ID. */
export const identitySettings = {
  identity: identity
    .optional()
    .describe(
      'Identity in Microsoft Entra ID. Default: the default chain of Azure: `AZURE_CLIENT_ID`, `AZURE_TENANT_ID` and `AZURE_CLIENT_SECRET` of a service principal, a workload identity, a managed identity, or the Azure CLI.',
    ),
  cloud: cloudSetting,
};

type IdentitySettings = z.output<z.ZodObject<typeof identitySettings>>;

/** A new token is requested this long before the current one expires. */
const renewalLeadMs = 300_000;

/** Sends a token of the identity for one service, such as `https://management.azure.com`. */
export class EntraAuthorization implements AzureAuthorization {
  readonly #credential = new Lazy(() => openCredential(this.settings));
  #current: Promise<AccessToken> | undefined;
  #token: string | undefined;

  constructor(
    private readonly settings: IdentitySettings,
    private readonly service: string,
  ) {}

  get secrets(): readonly (string | undefined)[] {
    return [this.settings.identity?.clientSecret, this.#token];
  }

  async headersFor(_request: unknown, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    // The library continues to sign in when it is aborted.
    const { token } = await orAborted(signal, () => this.#validToken());
    return { authorization: `Bearer ${token}` };
  }

  async #validToken(): Promise<AccessToken> {
    const before = this.#current;
    // A sign-in that failed is repeated.
    const known = await before?.catch(() => undefined);
    if (known !== undefined && Date.now() < known.expiresOnTimestamp - renewalLeadMs) return known;
    if (this.#current === undefined || this.#current === before) this.#current = this.#signIn();
    return this.#current;
  }

  async #signIn(): Promise<AccessToken> {
    const credential = await this.#credential.get();
    try {
      const token = await credential.getToken(`${this.service}/.default`);
      if (token === null) throw new Error('the response has no token');
      this.#token = token.token;
      return token;
    } catch (error) {
      throw signInError(error, this.settings.identity?.clientSecret);
    }
  }
}

/** Loaded on first use: loading takes half a second, and most processes do not use it. */
async function openCredential({ cloud, identity }: IdentitySettings): Promise<TokenCredential> {
  const sdk = await import('@azure/identity');
  const options = {
    // The caller decides whether and when to retry.
    retryOptions: { maxRetries: 0 },
    // For the public cloud the environment may name another authority: AZURE_AUTHORITY_HOST.
    ...(cloud !== 'public' && { authorityHost: azureClouds[cloud].signIn }),
  };
  const { clientId, tenantId, clientSecret } = identity ?? {};
  if (clientId !== undefined && tenantId !== undefined && clientSecret !== undefined) {
    return new sdk.ClientSecretCredential(tenantId, clientId, clientSecret, options);
  }
  return new sdk.DefaultAzureCredential({
    ...options,
    ...(tenantId !== undefined && { tenantId }),
    ...(clientId !== undefined && { managedIdentityClientId: clientId, workloadIdentityClientId: clientId }),
  });
}

/**
 * The message of the library has the reason of every way to sign in that it tried. Only an error code of Microsoft Entra
 * ID, or else the first line, is repeated.
 */
function signInError(thrown: unknown, secret: string | undefined): AdapterError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/^(network_error|endpoints_resolution_error)/.test(message)) {
    const text = 'the sign-in server of Azure cannot be reached. Check the network, HTTPS_PROXY and cloud';
    return new AdapterError('notSent', text);
  }
  const [words = message.split('\n')[0] ?? ''] = /AADSTS\d+: [^.\n]*/.exec(message) ?? [];
  const reason = withoutSecrets(oneLine(words).replace(/\.$/, ''), [secret]);
  return new AdapterError('denied', `no Azure credentials were accepted (${reason})`);
}
