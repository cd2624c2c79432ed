/**
 * The credentials for Google's APIs: the key of a service account, or the application default credentials (a file, the
 * metadata server, workload identity federation). docs/decisions/0060 gives the reason for not using Google's SDKs.
 */
import type { AuthClient } from 'google-auth-library';
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { failureInWords } from '../answer-words.js';
import { connectionFailureOf, describeError } from '../connection-errors.js';
import { type TimedCall, withDeadline } from '../deadline.js';
import { AdapterError } from '../errors.js';
import { parseJson } from '../json.js';
import { Lazy } from '../lazy.js';

/** The key of a service account, as Google writes it into a JSON file. */
const keySchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
});

/** The text of such a file. The error never repeats the text. */
export const serviceAccountKey = z.string().superRefine((text, issues) => {
  if (keySchema.safeParse(parseJson(text)).success) return;
  report(issues, {
    problem: 'is not the JSON key of a service account',
    fix: 'write "${file:/path/key.json}", or remove credentials and set GOOGLE_APPLICATION_CREDENTIALS',
  });
});

/** The role of the account decides what is permitted. This scope does not limit it further. */
const scopes = ['https://www.googleapis.com/auth/cloud-platform'];

export class GoogleCredentials {
  readonly #project: string;
  readonly #key: string | undefined;
  readonly #client = new Lazy(() => this.#open());
  #token: string | undefined;

  /** @param key the text of a file as above. Undefined: the application default credentials. */
  constructor(project: string, key: string | undefined) {
    this.#project = project;
    this.#key = key;
  }

  /** What no message may contain. */
  get secrets(): readonly string[] {
    const { private_key: privateKey } = this.#key === undefined ? {} : keySchema.parse(parseJson(this.#key));
    return [this.#token, privateKey].filter((secret) => secret !== undefined);
  }

  /**
   * The headers of one request. A token is kept until shortly before it expires.
   * @throws AdapterError
   */
  async headers({ signal, timeoutMs }: Omit<TimedCall, 'name'>): Promise<Readonly<Record<string, string>>> {
    const call = { name: 'the sign-in to Google Cloud', signal, timeoutMs };
    try {
      const headers = await withDeadline(call, async () => {
        const client = await this.#client.get();
        return client.getRequestHeaders();
      });
      this.#token = headers.get('authorization')?.replace(/^Bearer /, '');
      return Object.fromEntries(headers.entries());
    } catch (error) {
      this.forget();
      throw error instanceof AdapterError ? error : signInError(error as Error); // the library throws only errors
    }
  }

  /** Reads the credentials again for the next request: the file may be replaced, and a token revoked. */
  forget(): void {
    this.#client.forget();
  }

  /** Loaded on first use: it takes 13 MB of memory. */
  async #open(): Promise<AuthClient> {
    const { GoogleAuth, JWT } = await import('google-auth-library');
    if (this.#key !== undefined) {
      const { client_email: email, private_key: key, private_key_id: keyId } = keySchema.parse(parseJson(this.#key));
      return signingItself(new JWT({ email, key, scopes, ...(keyId !== undefined && { keyId }) }));
    }
    // The library searches for a project, and runs `gcloud` for it, unless it is given one.
    const client = await new GoogleAuth({ scopes, projectId: this.#project }).getClient();
    return client instanceof JWT ? signingItself(client) : client;
  }
}

/** The key signs the token, as in Google's own clients: no request for a token is necessary. */
function signingItself<Client extends { useJWTAccessWithScope?: boolean }>(client: Client): Client {
  client.useJWTAccessWithScope = true;
  return client;
}

function signInError(error: Error & { readonly response?: { readonly status?: number; readonly data?: unknown } }) {
  if (error.message.startsWith('Could not load the default credentials')) {
    return new AdapterError(
      'denied',
      'no Google credentials were found: set GOOGLE_APPLICATION_CREDENTIALS, or run on Google Cloud',
    );
  }
  const { status, data } = error.response ?? {};
  if (status !== undefined) {
    const said = failureInWords(status, { text: typeof data === 'string' ? data : JSON.stringify(data ?? null) });
    return new AdapterError(status < 500 ? 'denied' : 'notSent', `the sign-in to Google Cloud returned ${said}`);
  }
  const code = connectionFailureOf(error) === undefined ? 'denied' : 'notSent';
  return new AdapterError(code, `the sign-in to Google Cloud failed (${describeError(error)})`);
}
