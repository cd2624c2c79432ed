import { describe, expect, it } from '@jest/globals';
import { proxyOf } from '../../src/adapters/net/proxy-of.js';

const through = (url: string, environment: Record<string, string>) => proxyOf(new URL(url), environment)?.href;
const proxy = 'http://proxy.example:3128/';

describe('the proxy for a server', () => {
  it.each([
    ['https://a.example', { HTTPS_PROXY: 'http://proxy.example:3128' }, proxy],
    ['https://a.example', { https_proxy: 'http://proxy.example:3128' }, proxy],
    ['https://a.example', { HTTPS_PROXY: 'proxy.example:3128' }, proxy],
    ['https://a.example', { HTTPS_PROXY: ' ', https_proxy: 'proxy.example:3128' }, proxy],
    ['https://a.example', { HTTPS_PROXY: 'https://proxy.example' }, 'https://proxy.example/'],
    ['https://a.example', {}, undefined],
    ['https://a.example', { HTTPS_PROXY: '' }, undefined],
    ['https://a.example', { HTTP_PROXY: 'http://proxy.example:3128' }, undefined],
    ['http://a.example', { HTTPS_PROXY: 'http://proxy.example:3128' }, undefined],
    ['https://localhost:8443', { HTTPS_PROXY: 'http://proxy.example:3128' }, undefined],
    ['https://127.0.0.53', { HTTPS_PROXY: 'http://proxy.example:3128' }, undefined],
    ['https://[::1]', { HTTPS_PROXY: 'http://proxy.example:3128' }, undefined],
  ])('%s with %j is %s', (url, environment, expected) => {
    expect(through(url, environment as Record<string, string>)).toBe(expected);
  });

  it.each(['socks5://proxy:1080', 'http://', 'http://user:hunter2@:3128', 'a b'])(
    '%s is none, and is not repeated',
    (written) => {
      const name = () => through('https://a.example', { HTTPS_PROXY: written });
      expect(name).toThrow('HTTPS_PROXY is not the address of a proxy; write http://host:port');
    },
  );
});

it.each([
  ['*', 'https://a.example', false],
  ['a.example', 'https://a.example', false],
  ['A.EXAMPLE', 'https://a.example', false],
  ['a.example', 'https://b.a.example', false],
  ['.a.example', 'https://b.a.example', false],
  ['.a.example', 'https://a.example', false],
  ['*.a.example', 'https://b.a.example', false],
  ['a.example', 'https://aa.example', true],
  ['b.example, ,a.example', 'https://a.example', false],
  ['b.example a.example', 'https://a.example', false],
  ['a.example:8443', 'https://a.example:8443', false],
  ['a.example:443', 'https://a.example', false],
  ['a.example:8443', 'https://a.example', true],
  ['10.0.0.1', 'https://10.0.0.1', false],
  ['0.0.1', 'https://10.0.0.1', true],
  ['10.0.0.0/8', 'https://10.96.0.1', false],
  ['10.0.0.0/8', 'https://11.0.0.1', true],
  ['10.0.0.0/8', 'https://a10.0.0.0.example', true],
  ['fd00::/8', 'https://[fd12::1]', false],
  ['fd00::1', 'https://[fd00::1]:6443', false],
  ['[fd00::1]:6443', 'https://[fd00::1]:6443', false],
  ['10.0.0.0/99', 'https://10.96.0.1', true],
  ['', 'https://a.example', true],
])('with NO_PROXY=%s, %s goes through the proxy: %s', (exceptions, url, expected) => {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    expect(through(url, { HTTPS_PROXY: proxy, [name]: exceptions }) !== undefined).toBe(expected);
  }
});
