/** Cloud IDs of Elastic Cloud: a name, and in base64 the domain of the region and the names of the services in it. */

/**
 * `name:base64("eu.cloud.es.io:443$1234$5678")` is `https://1234.eu.cloud.es.io:443`.
 * @returns undefined if the text is not a cloud ID.
 */
export function addressIn(cloudId: string): string | undefined {
  const encoded = cloudId.slice(cloudId.lastIndexOf(':') + 1);
  const [domain = '', cluster = ''] = Buffer.from(encoded, 'base64').toString('utf8').split('$');
  const [, host = '', port = ''] = /^([\w.-]+)(:\d+)?$/.exec(domain) ?? [];
  const [, name = '', ownPort = ''] = /^([\w.-]+)(:\d+)?$/.exec(cluster) ?? [];
  return host === '' || name === '' ? undefined : `https://${name}.${host}${ownPort || port}`;
}
