/** A real OpenSearch of one node, which requires a login. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianCommand, javaClassPath } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface OpensearchService extends ServiceProcess {
  readonly port: number;
  /** A request as the administrator. Rejects when it is refused. */
  request(method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<unknown>;
  /** Adds documents to an index. A search finds them after the next refresh. */
  bulk(index: string, documents: readonly unknown[]): Promise<unknown>;
}

const version = '2.19.6';

export const needs = {
  // The node is started from a source file of a few lines, which needs the compiler beside the runtime.
  compiler: debianCommand('javac', 'default-jdk-headless'),
  classPath: javaClassPath(
    [
      `org.opensearch:opensearch:${version}`,
      `org.opensearch.plugin:transport-netty4-client:${version}`,
      `org.opensearch.plugin:lang-mustache-client:${version}`,
      'org.apache.logging.log4j:log4j-core:2.25.4',
    ],
    `opensearch-${version}`,
  ),
};

/** @param logins values of the Authorization header that are accepted. */
export async function opensearchService(logins: readonly string[]): Promise<OpensearchService> {
  await needs.compiler.path();
  const classPath = await needs.classPath.path();
  const [port = 0, transportPort = 0] = await freePorts(2);
  const home = await mkdtemp(join(tmpdir(), 'escapement-opensearch-'));
  const administrator = `Basic ${Buffer.from('administrator:administrator-password').toString('base64')}`;
  const request: OpensearchService['request'] = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: administrator, 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`OpenSearch returned ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const bulk: OpensearchService['bulk'] = (index, documents) => {
    const lines = documents.map((document) => `{"index":{}}\n${JSON.stringify(document)}\n`);
    return request('POST', `/${index}/_bulk`, lines.join(''));
  };
  const service = new ServiceProcess({
    name: 'opensearch',
    command: 'java',
    args: [
      ...['-Xmx256m', '-cp', classPath, fileURLToPath(new URL('EmbeddedSearch.java', import.meta.url))],
      ...[home, String(port), String(transportPort)],
    ],
    env: { LOGINS: [administrator, ...logins].join(',') },
    isReady: async () => {
      await request('GET', '/_cluster/health?wait_for_status=yellow&timeout=1s');
      return true;
    },
  });
  return Object.assign(service, { port, request, bulk });
}
