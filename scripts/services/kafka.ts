/** A real Kafka: one node, with and without TLS, every SASL mechanism of the source, and access control lists. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianCommand, javaClassPath } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

const run = promisify(execFile);

export interface KafkaService extends ServiceProcess {
  readonly port: number;
  /** TLS, and a login by SASL. */
  readonly tlsPort: number;
  /** TLS with a client certificate in place of a login. */
  readonly certificatePort: number;
}

/** Paths of PEM files. */
export interface KafkaCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface KafkaUser {
  readonly username: string;
  readonly password: string;
}

export const needs = {
  java: debianCommand('java', 'default-jre-headless'),
  classPath: javaClassPath(['org.apache.kafka:kafka_2.13:4.1.1'], 'kafka-4.1.1'),
};

interface KafkaSetup {
  /** May do everything. */
  readonly administrator: KafkaUser;
  /** May do what access control lists say. The owner of the certificate is this user too. */
  readonly reader: KafkaUser;
  readonly certificates: KafkaCertificates;
}

export async function kafkaService(setup: KafkaSetup): Promise<KafkaService> {
  const java = await needs.java.path();
  const classPath = await needs.classPath.path();
  const [port = 0, tlsPort = 0, certificatePort = 0, controllerPort = 0] = await freePorts(4);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-kafka-'));
  const file = join(folder, 'server.properties');
  const { ca, cert, key } = setup.certificates;
  const stores = { own: join(folder, 'own.pem'), trusted: ca };
  await writeFile(stores.own, `${await readFile(key, 'utf8')}${await readFile(cert, 'utf8')}`);
  const ports = { CLIENT: port, ENCRYPTED: tlsPort, CERTIFICATE: certificatePort, CONTROLLER: controllerPort };
  await writeFile(file, properties(folder, ports, stores, setup));
  const format = ['format', '--cluster-id', 'escapementescapementes', '--config', file, ...scramUsers(setup)];
  await run(java, ['-cp', classPath, 'kafka.tools.StorageTool', ...format]);
  const service = new ServiceProcess({
    name: 'kafka',
    command: java,
    args: ['-Xmx256m', '-cp', classPath, 'kafka.Kafka', file],
    // The listener opens when the broker has caught up.
    isReady: () => accepts(port),
  });
  return Object.assign(service, { port, tlsPort, certificatePort });
}

function scramUsers({ administrator, reader }: KafkaSetup): string[] {
  return [administrator, reader].flatMap(({ username, password }) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((name) => [
      '--add-scram',
      `${name}=[name=${username},password=${password}]`,
    ]),
  );
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

type Listener = 'CLIENT' | 'ENCRYPTED' | 'CERTIFICATE' | 'CONTROLLER';

function properties(
  folder: string,
  ports: Readonly<Record<Listener, number>>,
  stores: { readonly own: string; readonly trusted: string },
  { administrator, reader }: KafkaSetup,
): string {
  const { username, password } = administrator;
  const users = [administrator, reader].map((user) => `user_${user.username}="${user.password}"`).join(' ');
  const login = {
    plain: `org.apache.kafka.common.security.plain.PlainLoginModule required username="${username}" password="${password}" ${users};`,
    'scram-sha-256': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'scram-sha-512': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    // Accepts unsigned tokens in the form of a JWT, and no others.
    oauthbearer:
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="nobody";',
  };
  const logins = ['client', 'encrypted'].flatMap((listener) =>
    Object.entries(login).map(([mechanism, module]): [string, string] => [
      `listener.name.${listener}.${mechanism}.sasl.jaas.config`,
      module,
    ]),
  );
  const addresses = Object.entries(ports).map(([name, port]) => `${name}://127.0.0.1:${port}`);
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.CONTROLLER}`,
    listeners: addresses.join(','),
    'advertised.listeners': addresses.filter((address) => !address.startsWith('CONTROLLER')).join(','),
    'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,ENCRYPTED:SASL_SSL,CERTIFICATE:SSL,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    ...Object.fromEntries(logins),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': stores.own,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': stores.trusted,
    'listener.name.certificate.ssl.client.auth': 'required',
    'listener.name.certificate.ssl.principal.mapping.rules': `RULE:^CN=.*$/${reader.username}/`,
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
