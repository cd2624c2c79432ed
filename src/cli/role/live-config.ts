/** The current configuration: reloaded on SIGHUP, and replaced only by a valid one. */
import type { LoadedConfig } from '../../config/config.js';
import { rememberTypes } from '../../config/file/modules.js';
import { ConfigError, formatProblem, type ConfigProblem } from '../../config/problem.js';
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

  get source(): LoadedConfig['source'] {
    return this.#config.source;
  }

  get writing(): LoadedConfig['writing'] {
    return this.#config.writing;
  }

  /** Called with the next configuration before it is in force. If the listener rejects, the old configuration stays. */
  onReload(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Never rejects: an error is logged, and the old configuration stays. Concurrent calls run one after the other. */
  reload(): Promise<void> {
    this.#reloaded = this.#reloaded.then(() => this.#reload());
    return this.#reloaded;
  }

  async #reload(): Promise<void> {
    const restoreTypes = rememberTypes();
    try {
      const config = await this.load();
      if (config.source !== this.#config.source) throw new ConfigError([fileMissing(this.#config)]);
      for (const warning of config.warnings) this.log.warn(formatProblem(warning));
      for (const listener of this.#listeners) await listener(config);
      this.#config = config;
      this.log.info({ resources: Object.keys(config.resources) }, 'Configuration reloaded');
    } catch (error) {
      restoreTypes();
      this.log.error(`Configuration not reloaded; the old one stays in force. ${explain(error)}`);
    }
  }
}

/** Without the file, the demo might be loaded, which is never the intention of a reload. */
function fileMissing({ writing }: LoadedConfig): ConfigProblem {
  const fix = 'restore it, or stop this process';
  return { file: writing.file, path: '', problem: 'does not exist any more', fix };
}
