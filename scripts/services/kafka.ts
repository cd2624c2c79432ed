/** A real Kafka: one node, SASL/PLAIN, and access control lists. */
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianCommand, javaClassPath } from './installed.js';
import { freePorts, ServiceProcess } from './service-process.js';

const run = promisify(execFile);

export interface KafkaService extends ServiceProcess {
  readonly port: number;
}

export interface KafkaUser {
  readonly username: string;
  readonly password: string;
}

export const needs = {
  java: debianCommand('java', 'default-jre-headless'),
  classPath: javaClassPath(['org.apache.kafka:kafka_2.13:4.1.1'], 'kafka-4.1.1'),
};

/** @param administrator may do everything; the others what they are allowed. */
export async function kafkaService(administrator: KafkaUser, others: readonly KafkaUser[]): Promise<KafkaService> {
  const java = await needs.java.path();
  const classPath = await needs.classPath.path();
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-kafka-'));
  const file = join(folder, 'server.properties');
  await writeFile(file, properties(folder, port, controllerPort, administrator, others));
  const format = ['format', '--cluster-id', 'escapementescapementes', '--config', file];
  await run(java, ['-cp', classPath, 'kafka.tools.StorageTool', ...format]);
  const service = new ServiceProcess({
    name: 'kafka',
    command: java,
    args: ['-Xmx256m', '-cp', classPath, 'kafka.Kafka', file],
    // The listener opens when the broker has caught up.
    isReady: () => accepts(port),
  });
  return Object.assign(service, { port });
}

async function accepts(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function properties(
  folder: string,
  port: number,
  controllerPort: number,
  administrator: KafkaUser,
  others: readonly KafkaUser[],
): string {
  const { username, password } = administrator;
  const users = [administrator, ...others].map((user) => `user_${user.username}="${user.password}"`).join(' ');
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required username="${username}" password="${password}" ${users};`;
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.client.plain.sasl.jaas.config': login,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${username};User:ANONYMOUS`,
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'group.initial.rebalance.delay.ms': 0,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}
