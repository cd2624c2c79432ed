/** The configuration as it is now: read again on SIGHUP, and only ever replaced by one that is right. */
import type { Config } from '../config/config.js';
import type { Logger } from '../runtime/logger.js';
import { explain } from './failure.js';

type Listener = (resources: Config['resources']) => Promise<void>;

export class LiveConfig {
  readonly #listeners: Listener[] = [];
  #resources: Config['resources'];
  #reloaded = Promise.resolve();

  constructor(
    config: Config,
    private readonly load: () => Promise<Config>,
    private readonly log: Logger,
  ) {
    this.#resources = config.resources;
  }

  get resources(): Config['resources'] {
    return this.#resources;
  }

  /** Told of the next configuration before it is in force; one that rejects keeps the old one. */
  onReload(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Never rejects: what is wrong is logged, and the old configuration stays. One after the other, however often it is asked for. */
  reload(): Promise<void> {
    this.#reloaded = this.#reloaded.then(() => this.#reload());
    return this.#reloaded;
  }

  async #reload(): Promise<void> {
    try {
      const { resources, warnings } = await this.load();
      for (const warning of warnings) this.log.warn(warning);
      for (const listener of this.#listeners) await listener(resources);
      this.#resources = resources;
      this.log.info({ resources: Object.keys(resources) }, 'The configuration was read again');
    } catch (error) {
      this.log.error(`The configuration was read again, and the old one stays in force. ${explain(error)}`);
    }
  }
}
