/** Docker Swarm: a real Engine with one manager, whose tasks are containers. */
import { dockerService } from '../../../scripts/services/docker.js';
import { dockerSwarm } from '../../../src/adapters/platforms/docker-swarm/docker-swarm.js';
import { requestTimeoutMs, type Candidate } from '../../platforms/candidates/candidate.js';
import { openGate } from '../../platforms/fixtures/gate.js';

export const dockerSwarmCandidate: Candidate = {
  name: 'docker-swarm',
  takesChanges: 'shownAtOnce',
  throttled: { status: 429, body: { message: 'too many requests' }, headers: { 'retry-after': '1' } },
  denied: { status: 403, body: { message: 'authorization denied by plugin' } },
  open: async () => {
    const docker = await dockerService();
    await docker.start();
    const closing: (() => Promise<void>)[] = [];
    return {
      resource: async (service, capacity) => {
        await docker.createService(service, capacity);
        const gate = await openGate(docker.host, ({ url = '' }) => url.includes('/update?'));
        closing.push(() => gate.close());
        const remove = async () => {
          await docker.request('DELETE', `/services/${service}`);
        };
        return {
          platform: dockerSwarm.create(dockerSwarm.settings.parse({ host: gate.url }), {
            resource: service,
            requestTimeoutMs,
          }),
          gate,
          capacity: () => docker.replicas(service),
          moveTo: (replicas) => docker.setReplicas(service, replicas),
          // A service has no state of failure: it exists, or it does not.
          fail: remove,
          remove,
        };
      },
      close: async () => {
        for (const close of closing) await close();
        await docker.stop();
      },
    };
  },
};
