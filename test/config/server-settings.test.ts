import { readAllowedPrograms, readServerSettings } from '../../src/config/environment/process.js';
import { linesOf } from './written.js';

it('a process without settings listens only on loopback', () => {
  expect(readServerSettings({})).toEqual({
    port: 3000,
    workerPort: 3001,
    listen: '127.0.0.1',
    allowedHosts: [],
    apiToken: undefined,
    logLevel: 'info',
    dataDir: '.escapement',
    simulatorPort: 49750,
    temporalPort: 7233,
    temporalUiPort: 8233,
  });
});

it('a variable that is set to an empty string is not set', () => {
  expect(readServerSettings({ PORT: '', LOG_LEVEL: ' ', ESCAPEMENT_API_TOKEN: '' })).toEqual(readServerSettings({}));
});

test.each([
  [{ PORT: '0' }, { port: 0 }],
  [{ PORT: '65535' }, { port: 65_535 }],
  [{ LOG_LEVEL: 'DEBUG' }, { logLevel: 'debug' }],
  [{ LOG_LEVEL: 'WARNING' }, { logLevel: 'warn' }],
  [{ LOG_LEVEL: 'Critical' }, { logLevel: 'fatal' }],
  [{ LOG_LEVEL: 'off' }, { logLevel: 'silent' }],
  [{ ESCAPEMENT_ALLOW_UNAUTHENTICATED: 'yes' }, { logLevel: 'info' }],
  [{ ESCAPEMENT_LISTEN: '::1' }, { listen: '::1' }],
  [{ ESCAPEMENT_LISTEN: '127.0.0.53' }, { listen: '127.0.0.53' }],
  [{ ESCAPEMENT_LISTEN: 'localhost' }, { listen: 'localhost', allowedHosts: ['localhost'] }],
  [{ ESCAPEMENT_ALLOWED_HOSTS: 'api, scale.example.com,' }, { allowedHosts: ['api', 'scale.example.com'] }],
  [
    { ESCAPEMENT_LISTEN: '0.0.0.0', ESCAPEMENT_API_TOKEN: 'abc' },
    { listen: '0.0.0.0', apiToken: 'abc' },
  ],
  [
    { ESCAPEMENT_LISTEN: '::', ESCAPEMENT_ALLOW_UNAUTHENTICATED: 'true' },
    { listen: '::', apiToken: undefined },
  ],
])('%j is read', (variables, expected) => {
  expect(readServerSettings(variables)).toMatchObject(expected);
});

const noPort = 'is not a port; write digits only, from 0 to 65535';
const reachable =
  'is reachable from other machines; set ESCAPEMENT_API_TOKEN, or set ESCAPEMENT_ALLOW_UNAUTHENTICATED=true';

test.each([
  [{ PORT: 'abc' }, `PORT: ${noPort}`],
  [{ PORT: '70000' }, `PORT: ${noPort}`],
  [{ PORT: '-1' }, `PORT: ${noPort}`],
  [{ PORT: '0x50' }, `PORT: ${noPort}`],
  [{ ESCAPEMENT_TEMPORAL_PORT: '7233.5' }, `ESCAPEMENT_TEMPORAL_PORT: ${noPort}`],
  [{ ESCAPEMENT_TEMPORAL_UI_PORT: 'x' }, `ESCAPEMENT_TEMPORAL_UI_PORT: ${noPort}`],
  [{ LOG_LEVEL: 'debg' }, 'LOG_LEVEL: unknown value; did you mean "debug"?'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent'],
  [
    { ESCAPEMENT_LISTEN: '127.0.0.1:3000' },
    'ESCAPEMENT_LISTEN: is not an address; write an IP address or a host name without a port, such as 0.0.0.0',
  ],
  [
    { ESCAPEMENT_LISTEN: '0.0.0.0' },
    `ESCAPEMENT_LISTEN: 0.0.0.0 ${reachable} if anyone who can reach the port may scale`,
  ],
  [{ ESCAPEMENT_LISTEN: '::' }, `ESCAPEMENT_LISTEN: :: ${reachable} if anyone who can reach the port may scale`],
  [
    { ESCAPEMENT_LISTEN: 'example.org' },
    `ESCAPEMENT_LISTEN: example.org ${reachable} if anyone who can reach the port may scale`,
  ],
  ...['api:3000', 'https://api', '*.example.com', 'a b'].map((names): [Record<string, string>, string] => [
    { ESCAPEMENT_ALLOWED_HOSTS: names },
    'ESCAPEMENT_ALLOWED_HOSTS: is not a list of host names; write names without scheme and port, such as scale.example.com,escapement',
  ]),
  [
    { ESCAPEMENT_ALLOW_UNAUTHENTICATED: 'sure' },
    'ESCAPEMENT_ALLOW_UNAUTHENTICATED: is neither true nor false; write true or false',
  ],
])('%j is refused', async (variables, expected) => {
  expect(await linesOf(() => readServerSettings(variables))).toEqual([expected]);
});

it.each<[string | undefined, string[]]>([
  [undefined, []],
  ['', []],
  ['/opt/pool/set', ['/opt/pool/set']],
  ['/opt/pool/size:/opt/pool/set:', ['/opt/pool/size', '/opt/pool/set']],
])('ESCAPEMENT_ALLOW_EXEC=%s allows the programs %j', (written, expected) => {
  expect(readAllowedPrograms(written === undefined ? {} : { ESCAPEMENT_ALLOW_EXEC: written })).toEqual(expected);
});

it.each(['1', 'true', '*', 'set', './set', '/', '/opt/../bin/sh', '/opt//set', '/opt/set:set'])(
  'ESCAPEMENT_ALLOW_EXEC=%s is refused at the start',
  async (written) => {
    const [problem] = await linesOf(() => readServerSettings({ ESCAPEMENT_ALLOW_EXEC: written }));
    expect(problem).toContain('ESCAPEMENT_ALLOW_EXEC: is not a list of programs; write absolute paths');
  },
);

it('a token with invalid characters is refused, and the error does not contain the token', async () => {
  const lines = await linesOf(() => readServerSettings({ ESCAPEMENT_API_TOKEN: 'hunter2 hunter3' }));
  expect(lines).toEqual([
    'ESCAPEMENT_API_TOKEN: contains characters that an HTTP header cannot contain; write visible ASCII characters without spaces',
  ]);
});

it('all problems are reported together', async () => {
  expect(await linesOf(() => readServerSettings({ PORT: 'x', LOG_LEVEL: 'x' }))).toHaveLength(2);
});
