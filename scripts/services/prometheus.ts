/** A real Prometheus: one with basic authentication that scrapes nothing, or one with a configuration of the test. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface PrometheusService extends ServiceProcess {
  readonly port: number;
}

/** The Debian package has both commands. */
export const needs = {
  server: debianCommand('prometheus', 'prometheus'),
  promtool: debianCommand('promtool', 'prometheus'),
};

/** @param hash bcrypt of the password of the user `reader`. */
export async function prometheusService(password: string, hash: string): Promise<PrometheusService> {
  const web = `basic_auth_users: { reader: '${hash}' }\n`;
  const authorization = `Basic ${Buffer.from(`reader:${password}`).toString('base64')}`;
  return service({ config: 'global: { scrape_interval: 1s }\n', web, headers: { authorization } });
}

/** @param config prometheus.yml, with absolute paths. */
export async function scrapingPrometheus(config: string): Promise<PrometheusService> {
  return service({ config, web: '', headers: {} });
}

interface Settings {
  readonly config: string;
  readonly web: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function service({ config, web, headers }: Settings): Promise<PrometheusService> {
  const command = await needs.server.path();
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-prometheus-'));
  await writeFile(join(folder, 'prometheus.yml'), config);
  await writeFile(join(folder, 'web.yml'), web);
  const process = new ServiceProcess({
    name: 'prometheus',
    command,
    args: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--web.config.file=${join(folder, 'web.yml')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
    ],
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/-/ready`, { headers })).ok,
  });
  return Object.assign(process, { port });
}
