/** `escapement demo`: the traffic spike of the queue-backpressure guide, on the real system, in about a minute. */
import type { Logger } from '../process/logger.js';
import type { Shutdown } from '../process/shutdown.js';
import { installTemporalRuntime } from '../worker/sdk.js';
import { startProduct } from './product.js';
import { openQueue } from './queue.js';
import { bounds, shortened } from './spike-config.js';
import { playSpike, type Stats } from './story.js';
import { openView } from './view.js';

export interface DemoProcess {
  readonly log: Logger;
  readonly shutdown: Shutdown;
}

/** Returns when the spike is over, or when the process is being stopped. What it has started ends with the shutdown. */
export async function playDemo({ log, shutdown }: DemoProcess, spikeSeconds: number): Promise<void> {
  installTemporalRuntime(log);
  const view = openView(process.stdout);
  view.say('Starting Temporal, a worker and a simulated sidecar ...');
  const queue = await openQueue(process.env);
  shutdown.onStop('the queue', () => queue.close());
  const product = await startProduct(
    { env: process.env, log, shutdown, progress: (line) => view.say(line) },
    queue.signal,
  );
  view.say(`\nConfiguration, ${shortened}:\n\n${product.yaml}`);
  view.say(`Queue     ${queue.where}\nHistory   ${product.webUiUrl}\n`);

  const stats = await playSpike({ product, queue, view, spikeSeconds, stopping: shutdown.stopping });
  view.end();
  if (!shutdown.stopping.aborted) view.say(summary(stats));
}

function summary({ currentSize, scaleUps, scaleDowns, inCooldown, largestSize, deepestQueue }: Stats): string {
  return `
Current size   ${currentSize} (started at ${bounds.min}, peaked at ${largestSize})
Scale ups      ${scaleUps}
Scale downs    ${scaleDowns}
In cooldown    ${inCooldown ? 'yes' : 'no'}
Deepest queue  ${deepestQueue}`;
}
