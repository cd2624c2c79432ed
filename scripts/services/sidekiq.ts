/** A real Sidekiq process, and an application that adds jobs to a Redis. */
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianCommand } from './installed.js';
import { ServiceProcess } from './service-process.js';

const run = promisify(execFile);

export const needs = { sidekiq: debianCommand('sidekiq', 'ruby-sidekiq') };

export interface SidekiqApplication {
  /** Runs Ruby in the application, where `Hold` is the job. */
  readonly ruby: (code: string) => Promise<string>;
  /** A process of two threads. It holds each job until the key `release` exists. */
  readonly process: (queues: readonly string[]) => ServiceProcess;
}

export async function sidekiqService(redisUrl: string): Promise<SidekiqApplication> {
  const sidekiq = await needs.sidekiq.path();
  const folder = await mkdtemp(join(tmpdir(), 'escapement-sidekiq-'));
  await writeFile(join(folder, 'shop.rb'), application);
  const env = { REDIS_URL: redisUrl };
  const ruby = async (code: string) =>
    (
      await run('ruby', ['-r', './shop.rb', '-e', code], { cwd: folder, env: { ...process.env, ...env } })
    ).stdout.trim();
  return {
    ruby,
    process: (queues) =>
      new ServiceProcess({
        name: 'sidekiq',
        command: sidekiq,
        args: ['-r', './shop.rb', '-c', '2', ...queues.flatMap((queue) => ['-q', queue])],
        folder,
        env,
        isReady: async () => (await ruby('puts Sidekiq::ProcessSet.new.size')) !== '0',
      }),
  };
}

const application = `
require 'sidekiq'
require 'sidekiq/api'

class Hold
  include Sidekiq::Worker
  def perform
    sleep 0.05 until Sidekiq.redis { |redis| redis.get('release') }
  end
end
`;
