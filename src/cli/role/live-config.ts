/** The configuration as it is now: read again on SIGHUP, and only ever replaced by one that is right. */
import type { LoadedConfig } from '../../config/config.js';
import { ConfigError, problemFrom } from '../../config/problem.js';
import type { Logger } from '../../process/logger.js';
import { explain } from '../terminal.js';

type Listener = (config: LoadedConfig) => Promise<void>;

export class LiveConfig {
  readonly #listeners: Listener[] = [];
  #config: LoadedConfig;
  #reloaded = Promise.resolve();

  constructor(
    config: LoadedConfig,
    private readonly load: () => Promise<LoadedConfig>,
    private readonly log: Logger,
  ) {
    this.#config = config;
  }

  get resources(): LoadedConfig['resources'] {
    return this.#config.resources;
  }

  get writing(): LoadedConfig['writing'] {
    return this.#config.writing;
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
      const config = await this.load();
      if (config.source !== this.#config.source) throw new ConfigError([gone(this.#config)]);
      for (const warning of config.warnings) this.log.warn(warning);
      for (const listener of this.#listeners) await listener(config);
      this.#config = config;
      this.log.info({ resources: Object.keys(config.resources) }, 'The configuration was read again');
    } catch (error) {
      this.log.error(`The configuration was read again, and the old one stays in force. ${explain(error)}`);
    }
  }
}

/** What is left without the file may be the demo, which nobody means who asks for the file to be read again. */
function gone({ writing }: LoadedConfig) {
  return problemFrom('is gone; put it back, or stop this process', { file: writing.file, path: '' });
}
