/** Prometheus' exporter of the machine, which writes its metrics with Go's client. */
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface NodeExporterService extends ServiceProcess {
  readonly port: number;
}

export const needs = { exporter: debianCommand('prometheus-node-exporter', 'prometheus-node-exporter') };

/** @param textFiles a folder: it exposes what the `*.prom` files there contain. */
export async function nodeExporterService(textFiles: string): Promise<NodeExporterService> {
  const command = await needs.exporter.path();
  const [port = 0] = await freePorts(1);
  const service = new ServiceProcess({
    name: 'prometheus-node-exporter',
    command,
    args: [
      `--web.listen-address=127.0.0.1:${port}`,
      `--collector.textfile.directory=${textFiles}`,
      '--collector.disable-defaults',
      '--collector.textfile',
      '--collector.loadavg',
      '--collector.time',
    ],
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).ok,
  });
  return Object.assign(service, { port });
}
