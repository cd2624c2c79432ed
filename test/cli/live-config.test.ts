/** A reload that fails leaves everything in force, also the types of the modules of the configuration. */
import { pino } from 'pino';
import { LiveConfig } from '../../src/cli/role/live-config.js';
import { fileConfig } from '../../src/config/file/file-config.js';
import type { LoadedConfig } from '../../src/config/config.js';
import { platforms } from '../../src/adapters/platforms/registry.js';

const machines = `version: 1
modules: [./machines.ts]
resources: { worker: { platform: { type: machines, rack: a }, min: 1, max: 2 } }
`;
const without = 'version: 1\nresources: { worker: { platform: omnistrate, min: 1, max: 2 } }\n';

async function load(text: string): Promise<LoadedConfig> {
  const writing = { owner: 'test', host: 'here', file: 'escapement.yaml', atMs: 0 };
  return { ...(await fileConfig(text, 'escapement.yaml', {}, 'test/config/modules')), writing };
}

it.each([
  ['is used', false, undefined],
  ['is refused by a part of the process', true, 'machines'],
])('after a configuration without the module that %s', async (_, isRefused, type) => {
  const live = new LiveConfig(await load(machines), () => load(without), pino({ enabled: false }));
  live.onReload(async () => {
    if (isRefused) throw new Error('a secret is missing');
  });
  await live.reload();
  expect(platforms.find('machines')?.type).toBe(type);
  expect(live.resources.worker?.platform.type).toBe(type ?? 'omnistrate');
});
