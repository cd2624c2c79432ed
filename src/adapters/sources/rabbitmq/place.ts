/** Splits an address into the base URL of the management API and the virtual host. */

export interface ManagementPlace {
  /** Base URL without the virtual host, to which `/api` is appended. */
  readonly address: string;
  readonly vhost: string;
  /** Whether the virtual host comes from the path of the address. */
  readonly isFromPath: boolean;
}

/**
 * As in an AMQP address and in KEDA, the last segment of the path is the virtual host. The segments before it are the
 * path of a proxy: `http://proxy/mq/orders` reads `/mq/api/...`. If `vhost` is set, the whole path is that of the
 * proxy.
 */
export function managementPlace({
  url,
  vhost,
  vhosts,
}: {
  readonly url: string;
  readonly vhost?: string | undefined;
  readonly vhosts?: string | undefined;
}): ManagementPlace {
  const address = new URL(url);
  // The address was copied from a request to the API.
  const parts = address.pathname
    .replace(/\/api\/?$/, '')
    .split('/')
    .filter((part) => part !== '');
  const isNamed = vhost !== undefined || vhosts !== undefined;
  const inPath = isNamed ? undefined : parts.pop();
  address.pathname = `/${parts.join('/')}`;
  return {
    address: address.href,
    vhost: vhost ?? (inPath === undefined ? '/' : decoded(inPath)),
    isFromPath: inPath !== undefined,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
