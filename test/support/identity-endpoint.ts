/**
 * The endpoint from which Azure gives a managed identity its tokens, as App Service and Container Apps have it: the
 * real library of Azure signs in here. https://learn.microsoft.com/azure/app-service/overview-managed-identity
 */
import { LocalHttpServer, type Reply } from '../sources/local-servers.js';

const header = 'the-header-of-the-endpoint';

export interface IdentityEndpoint {
  /** The services for which tokens were requested, with the client ID if there is one. */
  readonly asked: string[];
  /** The answer to the next requests, instead of a token. */
  instead: Reply | undefined;
  stop(): Promise<void>;
}

/** The library keeps the address for the life of a test file, so a file starts at most one. */
export async function startIdentityEndpoint(token: (service: string) => string): Promise<IdentityEndpoint> {
  const endpoint: IdentityEndpoint = { asked: [], instead: undefined, stop: () => server.stop() };
  const server = new LocalHttpServer(({ url, headers }) => {
    if (headers['x-identity-header'] !== header) return { status: 401, body: {} };
    const { searchParams } = new URL(url, 'http://here');
    const service = searchParams.get('resource') ?? '';
    const client = searchParams.get('client_id');
    endpoint.asked.push(client === null ? service : `${service} as ${client}`);
    if (endpoint.instead !== undefined) return endpoint.instead;
    const expires = String(Math.floor(Date.now() / 1000) + 3600);
    return {
      body: { access_token: token(service), expires_on: expires, resource: service, token_type: 'Bearer' },
    };
  });
  await server.start();
  process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${server.port}/msi/token`;
  process.env['IDENTITY_HEADER'] = header;
  return endpoint;
}
