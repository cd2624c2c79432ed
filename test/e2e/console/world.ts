/** What the console shows in its tests: a resource that is scaled on request, and one that follows a queue. */
import { startQueue } from '../../support/queue-server.js';
import type { Program } from '../../support/program.js';
import type { ApiClient } from '../api-client.js';
import { apiOf, Sandbox } from '../sandbox.js';

export class World {
  private constructor(
    readonly sandbox: Sandbox,
    readonly queue: Awaited<ReturnType<typeof startQueue>>,
    public program: Program,
    readonly api: ApiClient,
  ) {}

  static async start(): Promise<World> {
    const sandbox = await Sandbox.create();
    const sidecar = await sandbox.sidecar(
      ...['--port', '0', '--resource', 'worker=1', '--resource', 'orders=2', '--start-time', '300ms'],
    );
    const queue = await startQueue(100);
    sandbox.configure(configuration(sidecar.url, queue.url));
    const program = sandbox.escapement(['up']);
    return new World(sandbox, queue, program, await apiOf(program));
  }

  /** All of Escapement, Temporal included, on the same data and ports as before. */
  async startAgain(): Promise<void> {
    this.program = this.sandbox.escapement(['up']);
    await apiOf(this.program);
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await this.queue.close();
  }
}

function configuration(sidecarUrl: string, queueUrl: string): string {
  return `version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${sidecarUrl}" }
    min: 1
    max: 9
    step: 1
    cooldown: 2s
    settle: 1s
    waitForActive: { timeout: 1m, interval: 500ms }
  orders:
    platform: { type: omnistrate, url: "${sidecarUrl}" }
    min: 1
    max: 8
    step: 2
    cooldown: 1s
    settle: 1s
    waitForActive: { timeout: 1m, interval: 500ms }
    autoscale:
      interval: 1s
      signals:
        depth: { type: http-json, url: "${queueUrl}", path: depth }
      policies:
        - { type: perUnit, value: depth, target: 25 }
`;
}
