/** A real ActiveMQ broker with Jolokia's agent, which asks for a password. */
import { fileURLToPath } from 'node:url';
import { debianCommand, javaClassPath } from './installed.js';
import { freePorts, ServiceProcess } from './service-process.js';

export interface ActivemqService extends ServiceProcess {
  readonly port: number;
  /** Runs an operation of an MBean, as `addQueue` of the broker. */
  readonly execute: (mbean: string, operation: string, ...parameters: unknown[]) => Promise<unknown>;
}

export const needs = {
  // The broker is started from a source file of a few lines, which needs the compiler beside the runtime.
  compiler: debianCommand('javac', 'default-jdk-headless'),
  classPath: javaClassPath(
    ['org.apache.activemq:activemq-broker:5.18.7', 'org.jolokia:jolokia-jvm:1.7.2'],
    'activemq-5.18.7',
  ),
};

export async function activemqService(username: string, password: string): Promise<ActivemqService> {
  await needs.compiler.path();
  const jars = (await needs.classPath.path()).split(':');
  const agent = jars.find((jar) => jar.includes('jolokia-jvm')) ?? '';
  // The agent has all of Jolokia in it, and cannot bear to see it twice.
  const classPath = jars.filter((jar) => !jar.includes('jolokia')).join(':');
  const [port = 0] = await freePorts(1);
  const login = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const ask = async (question: unknown): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/jolokia/`, {
      method: 'POST',
      headers: { authorization: login },
      body: JSON.stringify(question),
    });
    const { status, value, error } = (await answer.json()) as Record<string, unknown>;
    if (status !== 200) throw new Error(`Jolokia answered ${String(status)}: ${String(error)}`);
    return value;
  };
  const service = new ServiceProcess({
    name: 'activemq',
    command: 'java',
    args: [
      `-javaagent:${agent}=host=127.0.0.1,port=${port},user=${username},password=${password}`,
      ...['-Xmx128m', '-cp', classPath],
      fileURLToPath(new URL('EmbeddedBroker.java', import.meta.url)),
    ],
    isReady: async () => (await ask({ type: 'read', mbean: brokerName, attribute: 'BrokerName' })) === 'localhost',
  });
  const execute = (mbean: string, operation: string, ...parameters: unknown[]) =>
    ask({ type: 'exec', mbean, operation, arguments: parameters });
  return Object.assign(service, { port, execute });
}

export const brokerName = 'org.apache.activemq:type=Broker,brokerName=localhost';
