/** ECS, as moto plays it. */
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { motoService } from '../../../scripts/services/moto.js';
import { ecs } from '../../../src/adapters/platforms/aws/ecs.js';
import { openGate } from '../../platforms/fixtures/gate.js';
import { requestTimeoutMs, type Candidate } from '../../platforms/candidates/candidate.js';

const region = 'eu-west-1';
const awsError = (status: number, name: string) => ({ status, body: { __type: name, message: 'so it is' } });

export interface EcsHands {
  createService(service: string, tasks: number): Promise<void>;
  setDesiredCount(service: string, tasks: number): Promise<void>;
  desiredCount(service: string): Promise<number>;
  deleteService(service: string): Promise<void>;
  destroy(): void;
}

/** A cluster `main` in which services can be made. */
export async function openEcs(endpoint: string): Promise<EcsHands> {
  const client = new ECSClient({ region, endpoint });
  await client.send(new CreateClusterCommand({ clusterName: 'main' }));
  const container = { name: 'main', image: 'none', memory: 64 };
  await client.send(new RegisterTaskDefinitionCommand({ family: 'job', containerDefinitions: [container] }));
  const setDesiredCount = async (service: string, desiredCount: number) => {
    await client.send(new UpdateServiceCommand({ cluster: 'main', service, desiredCount }));
  };
  return {
    createService: async (serviceName, tasks) => {
      // In moto the first deployment of a service that begins with tasks never ends.
      const made = { cluster: 'main', serviceName, taskDefinition: 'job', desiredCount: 0 };
      await client.send(new CreateServiceCommand(made));
      await setDesiredCount(serviceName, tasks);
    },
    setDesiredCount,
    desiredCount: async (service) => {
      const asked = new DescribeServicesCommand({ cluster: 'main', services: [service] });
      return (await client.send(asked)).services?.[0]?.desiredCount ?? NaN;
    },
    deleteService: async (service) => {
      await client.send(new DeleteServiceCommand({ cluster: 'main', service, force: true }));
    },
    destroy: () => client.destroy(),
  };
}

export const ecsCandidate: Candidate = {
  name: 'ecs',
  takesChanges: 'shownAtOnce',
  throttled: { ...awsError(400, 'ThrottlingException'), headers: { 'retry-after': '1' } },
  denied: awsError(400, 'AccessDeniedException'),
  open: async () => {
    const moto = await motoService();
    await moto.start();
    const hands = await openEcs(moto.endpoint);
    const closing: (() => Promise<void>)[] = [];
    return {
      resource: async (service, capacity) => {
        await hands.createService(service, capacity);
        const gate = await openGate(moto.endpoint, ({ headers }) =>
          String(headers['x-amz-target']).endsWith('.UpdateService'),
        );
        closing.push(() => gate.close());
        const settings = ecs.settings.parse({ cluster: 'main', region, endpoint: gate.url });
        return {
          platform: ecs.create(settings, { resource: service, requestTimeoutMs }),
          gate,
          capacity: () => hands.desiredCount(service),
          moveTo: (desiredCount) => hands.setDesiredCount(service, desiredCount),
          // A deleted service stays for an hour, as INACTIVE: that is how this platform fails, and how it is gone.
          fail: () => hands.deleteService(service),
          remove: () => hands.deleteService(service),
        };
      },
      close: async () => {
        for (const close of closing) await close();
        hands.destroy();
        await moto.stop();
      },
    };
  },
};
