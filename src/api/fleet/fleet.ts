/** The rows of all resources, from what the server knows of them. */
import type { AutoscalerCheck } from '../autoscale/check.js';
import { autoscalerNotice } from '../autoscale/notice.js';
import type { Links } from '../http/links.js';
import type { ResourceRow } from './answers.js';
import { rowOf } from './row.js';
import { FleetViews, type Reader, type ViewSources } from './views.js';

interface FleetSources extends ViewSources {
  readonly autoscalerCheck: AutoscalerCheck;
  readonly links: Links;
}

export class Fleet {
  readonly #views: FleetViews;

  constructor(private readonly api: FleetSources) {
    this.#views = new FleetViews(api);
  }

  /**
   * In the order of the configuration.
   * @throws when Temporal does not answer.
   */
  async rows(reader: Reader): Promise<ResourceRow[]> {
    await this.#views.update(reader);
    const { config, links, autoscalerCheck } = this.api;
    const nowMs = Date.now();
    return Object.values(config.resources).flatMap((resource) => {
      const view = this.#views.of(resource.alias);
      if (!view) return [];
      const { alias, autoscale } = resource;
      // Before the first check, the worker may still be starting.
      const isChecked = autoscale !== undefined && autoscalerCheck.noticeOf(alias) !== undefined;
      const notice = isChecked ? autoscalerNotice(alias, view.autoscaler, autoscale.settings.intervalMs) : null;
      return [rowOf(resource, view, { links, nowMs, autoscalerNotice: notice })];
    });
  }
}
