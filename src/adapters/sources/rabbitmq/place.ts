/** Where the management API is, and which virtual host is meant, by an address as people have it. */

export interface ManagementPlace {
  /** Without the virtual host: what `/api` comes after. */
  readonly address: string;
  readonly vhost: string;
  /** It stood in the path of the address. */
  readonly isFromPath: boolean;
}

/**
 * As in an address of AMQP, and in those that KEDA takes, the last part of the path is the virtual host; what is before it, or
 * all of it where the virtual host is named apart, is the path of a proxy. `http://proxy/mq/orders` asks `/mq/api/...`.
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
  // Copied from a call of the API itself.
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
