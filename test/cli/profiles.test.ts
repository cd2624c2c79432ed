/** Which Escapement a command talks to, and with which token. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clientFor } from '../../src/cli/remote/profiles.js';
import { emptyDirectory } from './empty-directory.js';

const { escapement, path: directory } = emptyDirectory();

const written = `default: staging
profiles:
  prod: { server: https://prod.example.com, token: of-prod }
  staging: { server: https://staging.example.com, token: of-staging }
  open: { server: http://127.0.0.1:3000 }
`;

const file = () => join(directory(), 'escapement', 'profiles.yaml');

function write(text: string, mode = 0o600): void {
  mkdirSync(join(directory(), 'escapement'), { recursive: true });
  writeFileSync(file(), text);
  chmodSync(file(), mode);
}

const prod = { server: 'https://prod.example.com', token: 'of-prod' };
const staging = { server: 'https://staging.example.com', token: 'of-staging' };

describe('the server and the token are', () => {
  it.each([
    ['those of --profile, whatever the environment says', { profile: 'prod' }, all(), prod],
    ['--server without a token of any profile', { server: 'http://a' }, all(), { server: 'http://a' }],
    ['left to the client with ESCAPEMENT_SERVER', {}, all(), {}],
    ['those of ESCAPEMENT_PROFILE', {}, { ESCAPEMENT_PROFILE: 'prod' }, prod],
    ['those of the default profile', {}, {}, staging],
    [
      'of the default profile with the token of the environment, which comes first',
      {},
      { ESCAPEMENT_API_TOKEN: 'mine' },
      { ...staging, token: 'mine' },
    ],
    ['of a profile without a token', { profile: 'open' }, {}, { server: 'http://127.0.0.1:3000' }],
  ])('%s', async (_, choice, env, expected) => {
    write(written);
    expect(await clientFor(choice, { XDG_CONFIG_HOME: directory(), ...env })).toEqual(expected);
  });

  it('left to the client where no file exists', async () => {
    expect(await clientFor({}, { XDG_CONFIG_HOME: directory() })).toEqual({});
  });
});

function all() {
  return { ESCAPEMENT_SERVER: 'http://b', ESCAPEMENT_API_TOKEN: 'mine', ESCAPEMENT_PROFILE: 'staging' };
}

describe('a profile is refused', () => {
  it.each([
    ['with the names that exist', written, 0o600, 'profiles.nosuch: does not exist; use one of: prod, staging, open'],
    ['where no profile is written', 'profiles: {}', 0o600, 'profiles.nosuch: does not exist; write it'],
    ['where others may read the file', written, 0o644, 'other users of this machine have access to it (mode 644)'],
    ['where the server is no address', 'profiles: { a: { server: prod } }', 0o600, 'must be an http or https URL'],
    [
      'where a key is unknown',
      'profiles: { a: { server: "http://a", tokn: b } }',
      0o600,
      'profiles.a.tokn: unknown key',
    ],
    ['where the file is no YAML', 'profiles: {', 0o600, 'invalid YAML'],
  ])('%s', async (_, text, mode, message) => {
    write(text, mode);
    const refused = clientFor({ profile: 'nosuch' }, { XDG_CONFIG_HOME: directory() });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(file());
  });
});

describe('escapement status', () => {
  const asked: string[] = [];
  const api = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '');
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ resources: [] }));
  });
  beforeEach(() => new Promise<void>((listening) => api.listen(0, '127.0.0.1', listening)));
  afterEach(() => new Promise((closed) => api.close(closed)));

  it('sends the token of the profile in ~/.config to its server', async () => {
    const { port } = api.address() as AddressInfo;
    mkdirSync(join(directory(), '.config/escapement'), { recursive: true });
    const profiles = join(directory(), '.config/escapement/profiles.yaml');
    writeFileSync(profiles, `profiles: { here: { server: "http://127.0.0.1:${port}", token: secret } }`, {
      mode: 0o600,
    });
    expect(await escapement(['status', '--profile', 'here'])).toMatchObject({ code: 0, err: '' });
    expect(asked).toEqual(['Bearer secret']);
    const unknown = { code: 2, err: expect.stringMatching(/does not exist; use one of: here/) };
    expect(await escapement(['status', '--profile', 'there'])).toMatchObject(unknown);
    const both = { code: 1, err: expect.stringContaining("option '--profile <name>' cannot be used with") };
    expect(await escapement(['status', '--profile', 'here', '--server', 'http://a'])).toMatchObject(both);
    expect(asked).toHaveLength(1);
  });
});

describe('escapement token', () => {
  it('prints a new token alone on standard output, and on standard error where to set it', async () => {
    const [one, other] = [await escapement(['token']), await escapement(['token'])];
    expect(one).toMatchObject({ code: 0, err: expect.stringContaining('ESCAPEMENT_API_TOKEN') });
    expect(one.out).toMatch(/^[\w-]{43}\n$/);
    expect(other.out).not.toBe(one.out);
  });
});
