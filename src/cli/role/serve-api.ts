/** The API of this process, on its port. */
import { createServer } from 'node:http';
import type { ApiDependencies } from '../../api/dependencies.js';
import { createApi } from '../../api/server.js';
import { consoleFolder } from '../../process/package-root.js';
import { listen } from './listen.js';
import type { Role } from './role.js';

export type ServedApiDependencies = Pick<
  ApiDependencies,
  'client' | 'webUiUrl' | 'workerStatus' | 'observe' | 'lastLookAt'
>;

/** Returns the URL once the server listens. */
export async function serveApi(role: Role, parts: ServedApiDependencies): Promise<string> {
  const { live, settings, log, metrics, shutdown, tracing } = role;
  const { apiToken: token, allowedHosts } = settings;
  const { stopping } = shutdown;
  const trace = tracing?.requests;
  const served = { consoleFolder: consoleFolder(), token, allowedHosts };
  const api = createApi({ config: live, ...parts, ...served, log, metrics, stopping, trace });
  return listen(role, createServer(api), { what: 'the API', port: settings.port });
}
