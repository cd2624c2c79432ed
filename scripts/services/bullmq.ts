/** The BullMQ library, in every major version that applications use. It is no server: it writes to a Redis. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodePackages } from './installed.js';

export const needs = {
  3: nodePackages(['bullmq@3.16.2'], 'bullmq-3.16.2'),
  4: nodePackages(['bullmq@4.18.3'], 'bullmq-4.18.3'),
  5: nodePackages(['bullmq@5.81.5'], 'bullmq-5.81.5'),
  6: nodePackages(['bullmq@6.7.0', 'ioredis@5.11.1'], 'bullmq-6.7.0'),
};

export type BullmqVersion = keyof typeof needs;

interface QueueOptions {
  readonly connection: object;
  readonly prefix?: string;
}

/** The part of BullMQ that the tests use, which is the same in every version. */
export interface Bullmq {
  readonly Queue: new (
    name: string,
    options: QueueOptions,
  ) => {
    add(
      name: string,
      data: object,
      options?: { readonly delay?: number; readonly priority?: number },
    ): Promise<unknown>;
    pause(): Promise<void>;
    resume(): Promise<void>;
    waitUntilReady(): Promise<unknown>;
    getJobCounts(...states: string[]): Promise<Record<string, number>>;
    close(): Promise<void>;
  };
  readonly Worker: new (
    name: string,
    work: () => Promise<unknown>,
    options: QueueOptions & { readonly concurrency?: number },
  ) => { waitUntilReady(): Promise<unknown>; close(force?: boolean): Promise<void> };
}

export async function bullmqLibrary(version: BullmqVersion): Promise<Bullmq> {
  const folder = await needs[version].path();
  // Loaded from a folder that the compiler does not know: the interface above is what the tests rely on.
  return createRequire(join(folder, 'package.json'))('bullmq') as Bullmq;
}
