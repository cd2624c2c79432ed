import { describe, expect, it } from '@jest/globals';
import { createSource } from '../support/create-source.js';
import { describeFailures, expectNoSecret, plantedSecret } from './conformance.js';

const settingsFor = (port: number) => ({
  url: `redis://127.0.0.1:${port}`,
  username: 'reader',
  password: plantedSecret,
  key: 'jobs',
});

describeFailures({ type: 'redis', settingsFor });
describeFailures({ type: 'redis', settingsFor: (port) => ({ ...settingsFor(port), cluster: true }) });
describeFailures({ type: 'redis', settingsFor: (port) => ({ ...settingsFor(port), sentinel: { master: 'queue' } }) });

describe('redis settings', () => {
  const refusal = (settings: Record<string, unknown>): string => {
    try {
      createSource('redis', { key: 'jobs', ...settings }, { signal: 'waiting', timeoutMs: 1000 });
    } catch (error) {
      expectNoSecret(error);
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['a lag without a group', { structure: 'stream', count: 'lag' }, 'group: is required for count: lag'],
    [
      'the length and a part of it',
      { structure: 'stream', count: ['length', 'lag'], group: 'g' },
      'adds length to a part of length',
    ],
    [
      'both of a list',
      { count: ['lag', 'pending'], group: 'g' },
      'count: lag and pending is supported only for streams',
    ],
    [
      'pending entries of a list',
      { count: 'pending', group: 'workers' },
      'count: pending is supported only for streams',
    ],
    ['a password in the address that ends the host', { url: `redis://u:${plantedSecret}@h` }, 'url: is not an address'],
    ['another protocol', { url: 'http://h' }, 'url: must begin with redis:// or rediss://'],
    ['a setting with a typing error', { kee: 1 }, 'Unrecognized key'],
  ])('refuse %s', (_name, settings, said) => {
    expect(refusal(settings)).toContain(said);
  });
});
