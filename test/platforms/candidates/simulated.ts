/** The platforms that the simulated sidecar stands in for: Omnistrate's own API, and a described one. */
import type { IncomingMessage } from 'node:http';
import { genericHttp } from '../../../src/adapters/platforms/generic-http/generic-http.js';
import { omnistrate } from '../../../src/adapters/platforms/omnistrate.js';
import type { Platform, PlatformContext } from '../../../src/adapters/platforms/platform.js';
import { startSimulator } from '../../../src/simulator/simulator.js';
import { openGate } from '../fixtures/gate.js';
import { requestTimeoutMs, type Candidate, type Site } from './candidate.js';

type Create = (url: string, context: PlatformContext) => Platform;

const isChange = ({ method }: IncomingMessage) => method !== 'GET';

const answers = {
  throttled: { status: 429, headers: { 'retry-after': '1' }, body: { error: 'too often' } },
  denied: { status: 403, body: { error: 'not you' } },
};

export const omnistrateCandidate: Candidate = {
  name: 'omnistrate',
  takesChanges: 'whenActive',
  ...answers,
  open: async () => siteOf((url, context) => omnistrate.create({ url }, context)),
};

export const addingCandidate: Candidate = {
  name: 'generic-http that adds and removes',
  takesChanges: 'whenActive',
  ...answers,
  open: async () => siteOf(described(add)),
};

export const settingCandidate: Candidate = {
  name: 'generic-http that sets',
  takesChanges: 'shownAtOnce',
  ...answers,
  open: async () => siteOf(described(set)),
};

const described =
  (changes: (at: string) => object): Create =>
  (url, context) => {
    const at = `${url}/resource/{{resource}}/capacity`;
    const status = { path: 'status', active: ['ACTIVE'], failed: ['FAILED'] };
    const observe = { url: at, capacity: 'currentCapacity', observedAt: 'lastObservedTimestamp', status };
    return genericHttp.create(genericHttp.settings.parse({ observe, ...changes(at) }), context);
  };

function add(at: string) {
  return {
    add: { url: `${at}/add`, body: { capacityToBeAdded: '{{amount}}' } },
    remove: { url: `${at}/remove`, body: { capacityToBeRemoved: '{{amount}}' } },
  };
}

function set(at: string) {
  return { set: { url: at, method: 'PUT', body: { capacity: '{{to}}' } } };
}

function siteOf(create: Create): Site {
  const closing: (() => Promise<void>)[] = [];
  return {
    resource: async (name, capacity) => {
      const simulator = await startSimulator({ resources: { [name]: capacity } });
      const gate = await openGate(simulator.url, isChange);
      closing.push(
        () => gate.close(),
        () => simulator.close(),
      );
      const simulated = simulator.resources.get(name)!;
      return {
        platform: create(gate.url, { resource: name, requestTimeoutMs }),
        gate,
        capacity: async () => simulated.at(Date.now()).capacity,
        moveTo: async (to) => simulated.setCapacity(to, Date.now()),
        fail: async () => simulated.setStatus('FAILED', Date.now()),
        remove: async () => gate.answerAll({ status: 404, body: { error: 'no such resource' } }),
      };
    },
    close: async () => {
      for (const close of closing) await close();
    },
  };
}
