/** A real Celery worker, and an application that adds tasks to a Redis. */
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonPackage } from './installed.js';
import { ServiceProcess } from './service-process.js';

const run = promisify(execFile);

export const needs = { celery: pythonPackage('celery[redis]==5.7.0', 'celery-5.7.0') };

export interface CeleryApplication {
  /** Runs Python in the application, where `hold` is the task. */
  readonly python: (code: string) => Promise<string>;
  /** A worker of two processes, which receives at most four tasks. It holds each until the key `release` exists. */
  readonly worker: (queues: string) => ServiceProcess;
}

/** @param options lines of Python that configure `app`. */
export async function celeryService(redisUrl: string, options: readonly string[] = []): Promise<CeleryApplication> {
  const packages = await needs.celery.path();
  const folder = await mkdtemp(join(tmpdir(), 'escapement-celery-'));
  await writeFile(join(folder, 'shop.py'), application(redisUrl, options));
  const env = { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' };
  const python = async (code: string) => {
    const script = `from shop import *\n${code}`;
    const { stdout } = await run('python3', ['-c', script], { cwd: folder, env: { ...process.env, ...env } });
    return stdout.trim();
  };
  const worker = (queues: string) =>
    new ServiceProcess({
      name: 'celery',
      command: 'python3',
      args: ['-m', 'celery', '-A', 'shop', 'worker', '-c', '2', '-Q', queues, '--without-gossip', '--without-mingle'],
      folder,
      env,
      isReady: async () => (await python('print(app.control.ping(timeout=1))')) !== '[]',
    });
  return { python, worker };
}

const application = (redisUrl: string, options: readonly string[]) => `
import time
import redis
from celery import Celery

app = Celery('shop', broker='${redisUrl}')
app.conf.worker_prefetch_multiplier = 2
${options.join('\n')}
store = redis.Redis.from_url('${redisUrl}')

@app.task
def hold():
    while not store.exists('release'):
        time.sleep(0.05)
`;
