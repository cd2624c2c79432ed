/** How a request proves who sends it: a token of Microsoft Entra ID, a signature made with a key, or a signed URL. */
import { createHmac } from 'node:crypto';

export interface AzureAuthorization {
  /** The headers of one request that prove who sends it. */
  headersFor(request: SignedRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Values that no message may contain. */
  readonly secrets: readonly (string | undefined)[];
}

interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** A named key of a Service Bus namespace, a queue or a topic. */
export interface ServiceBusKey {
  readonly name: string;
  readonly key: string;
}

/** A signature is valid for this time after it was made: far longer than a request, and a clock may be behind. */
const signatureValidMs = 900_000;

/** https://learn.microsoft.com/rest/api/eventhub/generate-sas-token, which Service Bus shares. */
export function serviceBusSignature({ name, key }: ServiceBusKey, now = Date.now): AzureAuthorization {
  return {
    secrets: [key],
    async headersFor({ url }) {
      const resource = encodeURIComponent(url.origin + url.pathname);
      const expiry = Math.ceil((now() + signatureValidMs) / 1000);
      const signature = encodeURIComponent(hmac(key, 'utf8', `${resource}\n${expiry}`));
      const parts = [`sr=${resource}`, `sig=${signature}`, `se=${expiry}`, `skn=${encodeURIComponent(name)}`];
      return { authorization: `SharedAccessSignature ${parts.join('&')}` };
    },
  };
}

/** A signature that someone else made. It is the value of the header. */
export function serviceBusToken(signature: string): AzureAuthorization {
  return { secrets: [signature, ...signaturesIn(signature)], headersFor: async () => ({ authorization: signature }) };
}

export interface StorageKey {
  readonly account: string;
  /** In base64, as Azure shows it. */
  readonly key: string;
}

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key, for a GET without a body. */
export function storageSignature({ account, key }: StorageKey, now = Date.now): AzureAuthorization {
  return {
    secrets: [key],
    async headersFor({ method, url, headers }) {
      const dated = { ...headers, 'x-ms-date': new Date(now()).toUTCString() };
      // The eleven headers between the method and those of Azure are absent from such a request.
      const signed = [method, ...Array<string>(11).fill(''), ...azureHeaders(dated), resourceOf(account, url)];
      const signature = hmac(key, 'base64', signed.join('\n'));
      return { 'x-ms-date': dated['x-ms-date'], authorization: `SharedKey ${account}:${signature}` };
    },
  };
}

/** For a signed URL, whose query proves who sends the request. */
export function signedQuery(query: string): AzureAuthorization {
  return { secrets: signaturesIn(query), headersFor: async () => ({}) };
}

function azureHeaders(headers: Readonly<Record<string, string>>): string[] {
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-ms-'));
  return own.map(([name, value]) => `${name}:${value.trim()}`).sort();
}

function resourceOf(account: string, url: URL): string {
  const query = [...url.searchParams].map(([name, value]) => `${name.toLowerCase()}:${value}`).sort();
  return [`/${account}${url.pathname}`, ...query].join('\n');
}

function hmac(key: string, encoding: 'utf8' | 'base64', text: string): string {
  return createHmac('sha256', Buffer.from(key, encoding)).update(text, 'utf8').digest('base64');
}

function signaturesIn(query: string): string[] {
  return [...query.matchAll(/\bsig=([^&]+)/g)].map(([, signature = '']) => decodeURIComponent(signature));
}
