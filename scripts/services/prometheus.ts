/** A real Prometheus with basic authentication, which scrapes nothing but itself. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianCommand } from './installed.js';
import { freePorts, ServiceProcess } from './service-process.js';

export interface PrometheusService extends ServiceProcess {
  readonly port: number;
}

export const needs = { server: debianCommand('prometheus', 'prometheus') };

/** @param passwordHash bcrypt of the password of the user `reader`. */
export async function prometheusService(passwordHash: string): Promise<PrometheusService> {
  const command = await needs.server.path();
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-prometheus-'));
  await writeFile(join(folder, 'prometheus.yml'), 'global: { scrape_interval: 1s }\n');
  await writeFile(join(folder, 'web.yml'), `basic_auth_users: { reader: '${passwordHash}' }\n`);
  const service = new ServiceProcess({
    name: 'prometheus',
    command,
    args: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--web.config.file=${join(folder, 'web.yml')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
    ],
    // It is ready when it asks for the password.
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).status === 401,
  });
  return Object.assign(service, { port });
}
