/** A real ActiveMQ broker with Jolokia's agent, which asks for a password, and lets in whom ActiveMQ as shipped lets in. */
import { fileURLToPath } from 'node:url';
import { debianCommand, javaClassPath } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface ActivemqService extends ServiceProcess {
  readonly port: number;
}

export const needs = {
  // The broker is started from a source file of a few lines, which needs the compiler beside the runtime.
  compiler: debianCommand('javac', 'default-jdk-headless'),
  classPath: javaClassPath(
    [
      ...['activemq-broker', 'activemq-kahadb-store'].map((name) => `org.apache.activemq:${name}:5.18.7`),
      'org.jolokia:jolokia-jvm:1.7.2',
    ],
    'activemq-5.18.7-with-store',
  ),
};

interface ActivemqSetup {
  readonly username: string;
  readonly password: string;
  /**
   * Folder of the messages, which are otherwise in memory. Of several brokers with the same folder, one is active, and the
   * others are on standby until the active one ends. Each of them counts as started before it is active.
   */
  readonly store?: string;
}

/** @param queues and how many messages are in each of them after the first start, and in memory after every start. */
export async function activemqService(
  { username, password, store }: ActivemqSetup,
  queues: Readonly<Record<string, number>>,
): Promise<ActivemqService> {
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
      headers: { authorization: login, origin: `http://127.0.0.1:${port}` },
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
      `-javaagent:${agent}=host=127.0.0.1,port=${port},user=${username},password=${password},policyLocation=${policy}`,
      ...['-Xmx128m', ...(store === undefined ? [] : [`-Dstore=${store}`]), '-cp', classPath],
      fileURLToPath(new URL('EmbeddedBroker.java', import.meta.url)),
      ...Object.entries(queues).map(([queue, messages]) => `${queue}=${messages}`),
    ],
    isReady: async () => {
      const mbean = 'org.apache.activemq:type=Broker,brokerName=localhost';
      // A broker with a store may be on standby for as long as it runs, and cannot count its messages then.
      if (store !== undefined) return typeof (await ask({ type: 'read', mbean, attribute: 'Slave' })) === 'boolean';
      const messages = await ask({ type: 'read', mbean, attribute: 'TotalMessageCount' });
      return messages === Object.values(queues).reduce((sum, each) => sum + each, 0);
    },
  });
  return Object.assign(service, { port });
}

const policy = new URL('jolokia-access.xml', import.meta.url).href;
