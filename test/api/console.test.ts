/** The pages of the console as the API serves them: their addresses, their headers and their size. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { bundleConsole } from '../../scripts/bundle-console.mjs';
import { connectClient } from '../../src/client/temporal/connection.js';
import { settings } from './settings.js';
import { openApi, type TestApi } from './test-api.js';

const client = new Client({
  connection: connectClient({ address: '127.0.0.1:1', namespace: 'default', isConfigured: true, options: {} }),
});
const resources = [{ resource: 'worker', settings, taskQueue: 'escapement' }];

let consoleFolder: string;

beforeAll(async () => {
  consoleFolder = await mkdtemp(join(tmpdir(), 'escapement-console-'));
  await bundleConsole(consoleFolder);
});
afterAll(() => rm(consoleFolder, { recursive: true }));

const opened = (dependencies: object = {}): Promise<TestApi> =>
  openApi(client, resources, { consoleFolder, ...dependencies });

/** The addresses in a page, as the page writes them. */
function addressesIn(page: unknown): string[] {
  return [...String(page).matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, address = '']) => address);
}

describe('the pages of the console', () => {
  it.each(['/', '/r/worker', '/r/worker/try'])(
    '%s loads everything from addresses relative to itself',
    async (path) => {
      const api = await opened();
      const page = await api.call('GET', path);
      expect(page).toMatchObject({ status: 200 });
      const addresses = addressesIn(page.body);
      expect(addresses).toHaveLength(2);
      for (const address of addresses) {
        expect(address).toMatch(/^(\.|\.\.|\.\.\/\.\.)\//);
        // As behind a proxy that removes the prefix /team/scaling.
        const { pathname } = new URL(address, `http://host/team/scaling${path}`);
        expect(pathname).toMatch(/^\/team\/scaling\/assets\//);
        expect(await api.call('GET', pathname.replace('/team/scaling', ''))).toMatchObject({ status: 200 });
      }
    },
  );

  it('may load nothing from other servers and run no inline script, and no other page may frame them', async () => {
    const { headers } = await (await opened()).call('GET', '/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('need no token, and what they read does', async () => {
    const api = await opened({ token: 'correct-horse-battery-staple' });
    const page = await api.call('GET', '/');
    expect(page.status).toBe(200);
    for (const address of addressesIn(page.body)) {
      expect(await api.call('GET', address.slice(1))).toMatchObject({ status: 200 });
    }
    expect(await api.call('GET', '/v1/resources')).toMatchObject({ status: 401 });
  });

  it('a path with a slash at its end leads to the one without, so that relative addresses are correct', async () => {
    const api = await opened();
    const location = await new Promise((resolve, reject) => {
      const sent = request(`${api.url}/r/worker/`, ({ statusCode, headers }) =>
        resolve([statusCode, headers.location]),
      );
      sent.on('error', reject).end();
    });
    expect(location).toEqual([308, '../worker']);
  });

  it('an asset is kept permanently, and sent compressed to a browser that accepts it', async () => {
    const api = await opened();
    const [script = ''] = addressesIn((await api.call('GET', '/')).body).filter((address) => address.endsWith('.js'));
    const plain = await api.call('GET', script.slice(1), { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(plain.headers.get('content-type')).toContain('text/javascript');
    // fetch has decompressed it.
    const compressed = await api.call('GET', script.slice(1), { headers: { 'accept-encoding': 'gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(compressed.headers.get('vary')).toContain('Accept-Encoding');
    expect(compressed.body).toBe(plain.body);
  });

  it.each(['/assets/none.js', '/assets/..%2findex.html', '/r/worker/more'])('%s does not exist', async (path) => {
    expect(await (await opened()).call('GET', path)).toMatchObject({ status: 404 });
  });

  it('everything together has at most 150 kB, compressed', async () => {
    const assets = join(consoleFolder, 'assets');
    const names = (await readdir(assets)).filter((name) => name.endsWith('.gz'));
    expect(names).toHaveLength(2);
    const sizes = await Promise.all(names.map(async (name) => (await readFile(join(assets, name))).byteLength));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(150_000);
  });
});
