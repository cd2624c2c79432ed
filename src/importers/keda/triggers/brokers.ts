/** activemq, nats-jetstream and temporal. */
import { isPlaceholder, listIn } from '../address.js';
import { tlsOf } from './tls.js';
import { settings, type Converter } from './trigger.js';

export const activemq: Converter = ({ parameters }) => {
  const template = parameters.text('restAPITemplate');
  const inTemplate = template === undefined ? undefined : templateIn(template);
  const endpoint = inTemplate?.endpoint ?? parameters.required('managementEndpoint');
  const queue = inTemplate?.queue ?? parameters.required('destinationName');
  const broker = inTemplate?.broker ?? parameters.required('brokerName');
  parameters.ignore({ corsHeader: 'is left out: Escapement sends an Origin that ActiveMQ accepts by default' });
  return {
    name: isPlaceholder(queue) ? 'messages' : queue,
    signal: settings({
      type: 'activemq',
      url: `${endpoint.includes('://') ? endpoint : `http://${endpoint}`}/api/jolokia`,
      broker: broker === 'localhost' ? undefined : broker,
      queue,
      username: parameters.text('username'),
      password: parameters.secret('password'),
    }),
    target: parameters.number('targetQueueSize') ?? 10,
    activation: parameters.number('activationTargetQueueSize') ?? 0,
  };
};

/** `http://broker:8161/api/jolokia/read/org.apache.activemq:type=Broker,brokerName=main,destinationName=jobs/QueueSize` */
function templateIn(text: string) {
  return {
    endpoint: /^\w+:\/\/[^/]+/.exec(text)?.[0] ?? text,
    broker: /brokerName=([^,/]+)/.exec(text)?.[1],
    queue: /destinationName=([^,/]+)/.exec(text)?.[1],
  };
}

export const natsJetStream: Converter = ({ parameters }) => {
  const endpoint = parameters.required('natsServerMonitoringEndpoint');
  const host = endpoint.replace(/^\w+:\/\//, '').replace(/:\d+$/, '');
  parameters.drop(
    'natsServerMonitoringEndpoint',
    'the monitoring port',
    `Escapement connects as a client of NATS: check nats://${host}:4222, and write the user or the credentials of the account`,
  );
  parameters.ignore({ useHttps: 'is left out: the monitoring port is not used' });
  for (const name of ['account', 'accountID']) {
    const account = parameters.text(name);
    if (account !== undefined) parameters.warn(name, 'is left out: the user of the connection belongs to an account');
  }
  const consumer = parameters.required('consumer');
  return {
    name: isPlaceholder(consumer) ? 'messages' : consumer,
    signal: { type: 'nats', url: `nats://${host}:4222`, stream: parameters.required('stream'), consumer },
    target: parameters.number('lagThreshold') ?? 10,
    activation: parameters.number('activationLagThreshold') ?? 0,
  };
};

export const temporal: Converter = ({ parameters }) => {
  const deprecated = ['buildId', 'selectAllActive', 'selectUnversioned'].find((name) => parameters.has(name));
  if (deprecated !== undefined) {
    return { what: deprecated, why: 'it is of the versioning without deployments, which Temporal has deprecated' };
  }
  const tasks = listIn(parameters.text('queueTypes'));
  if (tasks.includes('nexus')) {
    return { what: 'queueTypes with nexus', why: 'the source temporal counts workflow tasks and activity tasks' };
  }
  if (parameters.flag('includeRunningWorkflowCount')) {
    parameters.drop(
      'includeRunningWorkflowCount',
      'running workflows',
      'the source temporal counts tasks. See count: inUse',
    );
    parameters.ignore({ workflowTaskQueueForCount: 'is left out with includeRunningWorkflowCount' });
  }
  const deployment = parameters.text('workerDeploymentName');
  const buildId = parameters.text('workerDeploymentBuildId');
  const taskQueue = parameters.required('taskQueue');
  const hasCertificate = parameters.has('cert');
  const tls = tlsOf(parameters);
  const apiKey = parameters.flag('enableTLS', true) || hasCertificate ? parameters.secret('apiKey') : undefined;
  parameters.ignore({ minConnectTimeout: 'is left out: Escapement has one timeout for reads' });
  return {
    name: isPlaceholder(taskQueue) ? 'tasks' : taskQueue,
    signal: settings({
      type: 'temporal',
      address: parameters.required('endpoint'),
      namespace: parameters.text('namespace'),
      taskQueue,
      tasks: tasks.length === 0 || tasks.length === 2 ? undefined : tasks[0],
      // KEDA counts the backlog, and not the tasks that run.
      count: 'backlog',
      version: deployment === undefined ? undefined : settings({ deployment, buildId }),
      apiKey,
      tls: tls === undefined ? undefined : { ...tls, ...settings({ serverName: parameters.text('tlsServerName') }) },
    }),
    target: parameters.number('targetQueueSize') ?? 5,
    activation: parameters.number('activationTargetQueueSize') ?? 0,
  };
};
