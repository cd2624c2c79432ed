/** `npm run demo`: the traffic spike of the queue-backpressure guide, on the real system, in about a minute. */
import { parseArgs } from 'node:util';
import { exitCodeOf, explain } from '../cli/terminal.js';
import { createLogger } from '../process/logger.js';
import { installShutdown } from '../process/shutdown.js';
import { installTemporalRuntime } from '../worker/sdk.js';
import { startProduct } from './product.js';
import { openQueue } from './queue.js';
import { bounds, shortened } from './spike-config.js';
import { playSpike, type Stats } from './story.js';
import { openView } from './view.js';

const deadlineMs = 10_000;

const { values } = parseArgs({ options: { 'spike-seconds': { type: 'string', default: '25' } } });
const log = createLogger('error');
installTemporalRuntime(log);
const shutdown = installShutdown({ log, deadlineMs, process });
try {
  await demo(Number(values['spike-seconds']));
  shutdown.begin('The demo is over', 0);
} catch (error) {
  // An error during the shutdown after Ctrl-C is not a failure.
  if (!shutdown.stopping.aborted) console.error(explain(error));
  shutdown.begin('The demo failed', exitCodeOf(error));
}

async function demo(spikeSeconds: number): Promise<void> {
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
