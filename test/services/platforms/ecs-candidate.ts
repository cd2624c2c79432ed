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
import { ecs } from '../../../src/platforms/ecs.js';
import { openGate } from '../../platforms/fixtures/gate.js';
import { requestTimeoutMs, type Candidate } from '../../platforms/candidates/candidate.js';

const region = 'eu-west-1';
const awsError = (status: number, name: string) => ({ status, body: { __type: name, message: 'so it is' } });

export const ecsCandidate: Candidate = {
  name: 'ecs',
  isAbsolute: true,
  throttled: { ...awsError(400, 'ThrottlingException'), headers: { 'retry-after': '1' } },
  denied: awsError(400, 'AccessDeniedException'),
  open: async () => {
    const moto = await motoService();
    await moto.start();
    const client = new ECSClient({ region, endpoint: moto.endpoint });
    await client.send(new CreateClusterCommand({ clusterName: 'main' }));
    const container = { name: 'main', image: 'none', memory: 64 };
    await client.send(new RegisterTaskDefinitionCommand({ family: 'job', containerDefinitions: [container] }));
    const closing: (() => Promise<void>)[] = [];
    return {
      resource: async (service, capacity) => {
        const named = { cluster: 'main', service };
        const moveTo = async (desiredCount: number) => {
          await client.send(new UpdateServiceCommand({ ...named, desiredCount }));
        };
        const remove = async () => {
          await client.send(new DeleteServiceCommand({ ...named, force: true }));
        };
        // In moto the first deployment of a service that begins with tasks never ends.
        const made = { cluster: 'main', serviceName: service, taskDefinition: 'job', desiredCount: 0 };
        await client.send(new CreateServiceCommand(made));
        await moveTo(capacity);
        const gate = await openGate(moto.endpoint, ({ headers }) =>
          String(headers['x-amz-target']).endsWith('.UpdateService'),
        );
        closing.push(() => gate.close());
        const settings = ecs.settings.parse({ cluster: 'main', region, endpoint: gate.url });
        return {
          platform: ecs.create(settings, { resource: service, requestTimeoutMs }),
          gate,
          moveTo,
          // A deleted service stays for an hour, as INACTIVE: that is how this platform fails, and how it is gone.
          fail: remove,
          remove,
          capacity: async () => {
            const asked = new DescribeServicesCommand({ cluster: 'main', services: [service] });
            return (await client.send(asked)).services?.[0]?.desiredCount ?? NaN;
          },
        };
      },
      close: async () => {
        for (const close of closing) await close();
        client.destroy();
        await moto.stop();
      },
    };
  },
};
