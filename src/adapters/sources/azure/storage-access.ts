/** The address of the queues of a storage account, and what proves who reads them. */
import type { AzureAuthorization } from '../../net/azure/authorization.js';
import { signedQuery, storageSignature } from '../../net/azure/authorization.js';
import { azureClouds } from '../../net/azure/clouds.js';
import { partsOf } from '../../net/azure/connection-string.js';
import { EntraAuthorization } from '../../net/azure/identity.js';

interface StorageAccess {
  readonly url: string;
  /** A shared access signature, which is part of the query of every request. */
  readonly query?: string;
  readonly authorization: AzureAuthorization;
}

type Cloud = keyof typeof azureClouds;

type Settings = ConstructorParameters<typeof EntraAuthorization>[0] & {
  readonly connectionString?: string | undefined;
  readonly account?: string | undefined;
};

export function storageAccess(settings: Settings): StorageAccess {
  const { connectionString, account = '', cloud } = settings;
  const access = connectionString === undefined ? undefined : storageAccessIn(connectionString, cloud);
  if (access !== undefined) return access;
  const authorization = new EntraAuthorization(settings, 'https://storage.azure.com');
  return { url: `https://${account}.queue.${azureClouds[cloud].storage}`, authorization };
}

/** Undefined if the text is not a connection string of a storage account. */
export function storageAccessIn(connectionString: string, cloud: Cloud): StorageAccess | undefined {
  const parts = partsOf(connectionString);
  const url = parts && endpointIn(parts, cloud);
  if (parts === undefined || url === undefined) return undefined;
  const query = parts.get('sharedaccesssignature')?.replace(/^\?/, '');
  if (query !== undefined) return { url, query, authorization: signedQuery(query) };
  const [account, key] = [parts.get('accountname'), parts.get('accountkey')];
  if (account === undefined || key === undefined) return undefined;
  return { url, authorization: storageSignature({ account, key }) };
}

function endpointIn(parts: ReadonlyMap<string, string>, cloud: Cloud): string | undefined {
  const written = parts.get('queueendpoint');
  if (written !== undefined) return URL.canParse(written) ? written : undefined;
  const account = parts.get('accountname');
  if (account === undefined) return undefined;
  const { defaultendpointsprotocol: protocol = 'https', endpointsuffix: suffix = azureClouds[cloud].storage } =
    Object.fromEntries(parts);
  const url = `${protocol}://${account}.queue.${suffix}`;
  return URL.canParse(url) ? url : undefined;
}
