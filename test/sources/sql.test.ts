import { describe, expect, it } from '@jest/globals';
import { describeFailures, expectNoSecret, make, plantedSecret } from './conformance.js';

for (const scheme of ['postgres', 'mysql']) {
  for (const tls of [undefined, {}]) {
    describeFailures({
      type: 'sql',
      label: `sql (${scheme}${tls ? ' over TLS' : ''})`,
      settingsFor: (port) => ({
        url: `${scheme}://127.0.0.1:${port}/shop`,
        username: 'reader',
        password: plantedSecret,
        query: 'SELECT 1',
        ...(tls && { tls }),
      }),
    });
  }
}

describe('sql settings', () => {
  const refusal = (settings: Record<string, unknown>): string => {
    try {
      make({ type: 'sql' }, { query: 'SELECT 1', ...settings });
    } catch (error) {
      expectNoSecret(error);
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['no user', { url: 'postgres://db/shop' }, 'username: is required'],
    ['parameters', { url: 'postgres://reader@db/shop?sslmode=require' }, 'parameters after the ?'],
    ['another protocol', { url: 'oracle://reader@db/shop' }, 'url: must begin with postgres://'],
    ['a password in the address that ends the host', { url: `mysql://u:${plantedSecret}@h/shop` }, 'is not an address'],
    ['no query', { url: 'mysql://reader@db/shop', query: '' }, 'query'],
  ])('refuse %s', (_name, settings, said) => {
    expect(refusal(settings)).toContain(said);
  });

  it.each(['postgres', 'postgresql', 'mysql', 'mariadb'])('accept %s://', (scheme) => {
    expect(refusal({ url: `${scheme}://reader@db/shop` })).toBe('accepted');
  });
});
