/** A real RabbitMQ with its management API, and a name server of Erlang (epmd) of its own. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface RabbitmqService extends ServiceProcess {
  readonly amqpPort: number;
  readonly managementPort: number;
  /** The same over TLS. */
  readonly amqpsPort: number;
  readonly managementTlsPort: number;
  /** Metrics for Prometheus. */
  readonly metricsPort: number;
  readonly administrator: { readonly username: string; readonly password: string };
  /** A request to the management API as the administrator. */
  readonly manage: (method: string, path: string, body?: unknown) => Promise<void>;
}

/** Paths of PEM files. */
export interface ServerCertificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export const needs = { server: debianCommand('rabbitmqctl', 'rabbitmq-server') };

export async function rabbitmqService(certificate: ServerCertificate): Promise<RabbitmqService> {
  await needs.server.path();
  const [amqpPort = 0, managementPort = 0, amqpsPort = 0, managementTlsPort = 0, ...ownPorts] = await freePorts(7);
  const [distributionPort = 0, namesPort = 0, metricsPort = 0] = ownPorts;
  const ports = { amqpPort, managementPort, amqpsPort, managementTlsPort, metricsPort };
  const folder = await mkdtemp(join(tmpdir(), 'escapement-rabbitmq-'));
  const administrator = { username: 'administrator', password: 'administrator-password' };
  await writeFile(join(folder, 'enabled_plugins'), '[rabbitmq_management, rabbitmq_prometheus].\n');
  await writeFile(join(folder, 'rabbitmq.conf'), configuration(ports, administrator, certificate));
  const manage = async (method: string, path: string, body?: unknown) => {
    const login = Buffer.from(`${administrator.username}:${administrator.password}`).toString('base64');
    const answer = await fetch(`http://127.0.0.1:${managementPort}/api${path}`, {
      method,
      headers: { authorization: `Basic ${login}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`RabbitMQ answered ${answer.status} to ${method} ${path}: ${await answer.text()}`);
  };
  const service = new ServiceProcess({
    name: 'rabbitmq-server',
    // In the group of the server, epmd ends with it; one that RabbitMQ starts would outlive it.
    command: 'sh',
    args: ['-c', 'epmd -address 127.0.0.1 & exec /usr/lib/rabbitmq/bin/rabbitmq-server'],
    env: {
      HOME: folder,
      ERL_EPMD_PORT: String(namesPort),
      RABBITMQ_NODENAME: `escapement${amqpPort}@localhost`,
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    },
    isReady: async () => {
      await manage('GET', '/overview');
      return true;
    },
  });
  return Object.assign(service, { ...ports, administrator, manage });
}

function configuration(
  ports: Pick<RabbitmqService, 'amqpPort' | 'managementPort' | 'amqpsPort' | 'managementTlsPort' | 'metricsPort'>,
  { username, password }: RabbitmqService['administrator'],
  certificate: ServerCertificate,
): string {
  const certificateOf = (options: string) => [
    `${options}.cacertfile = ${certificate.ca}`,
    `${options}.certfile = ${certificate.cert}`,
    `${options}.keyfile = ${certificate.key}`,
  ];
  return [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqpPort}`,
    `listeners.ssl.1 = 127.0.0.1:${ports.amqpsPort}`,
    ...certificateOf('ssl_options'),
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.managementPort}`,
    'prometheus.tcp.ip = 127.0.0.1',
    `prometheus.tcp.port = ${ports.metricsPort}`,
    'management.ssl.ip = 127.0.0.1',
    `management.ssl.port = ${ports.managementTlsPort}`,
    ...certificateOf('management.ssl'),
    `default_user = ${username}`,
    `default_pass = ${password}`,
    // Milliseconds: how old the numbers of the management API may be.
    'collect_statistics_interval = 500',
  ].join('\n');
}
