/** The metrics of this process, and the page on which they are served. */
import { setImmediate } from 'node:timers/promises';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { metricFamilies, type MetricFamily } from '../domain/metrics.js';
import { packageVersion } from '../process/package-root.js';
import { contentTypes, familyText, type Family, type Format } from './exposition.js';

type OfType<Type extends MetricFamily['type']> = Extract<
  (typeof metricFamilies)[keyof typeof metricFamilies],
  { readonly type: Type }
>;
type LabelsOf<Given extends MetricFamily> = Readonly<Record<Given['labels'][number], string>>;

interface Page {
  readonly contentType: string;
  readonly text: string;
}

interface Collector {
  readonly show: () => void;
  readonly refresh: () => Promise<void>;
}

/** Gauges of the library whose names only a counter may have. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export class Metrics {
  /** Counters, histograms and the metrics of Node.js. */
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  /** As of the last page: of each family, its series by their labels. */
  readonly #gauges = new Map<MetricFamily, Map<string, Family['values'][number]>>();
  readonly #collectors: Collector[] = [];
  #pages: Promise<unknown> = Promise.resolve();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of misnamed) this.registry.removeSingleMetric(name);
    const version = { version: packageVersion(), node: process.versions.node };
    this.collect(() => this.set(metricFamilies.buildInfo, version, 1));
  }

  /** Counts. An amount of 0 makes the series visible, so that its first increase can be seen. */
  add<Given extends OfType<'counter'>>(family: Given, labels: LabelsOf<Given>, amount = 1): void {
    this.counterOf(family).inc(labels, amount);
  }

  record<Given extends OfType<'histogram'>>(family: Given, labels: LabelsOf<Given>, value: number): void {
    this.histogramOf(family).observe(labels, value);
  }

  /**
   * Call it only from a collector: every page begins without gauges. Of two values with the same labels, the later one
   * is shown: after a reload, two collectors may know one resource.
   */
  set<Given extends OfType<'gauge'>>(family: Given, labels: LabelsOf<Given>, value: number): void {
    const series = this.#gauges.get(family) ?? new Map<string, Family['values'][number]>();
    this.#gauges.set(family, series);
    const key = family.labels.map((name) => labels[name as Given['labels'][number]]).join('\n');
    series.set(key, { labels, value });
  }

  /**
   * Calls `show` before each page: it sets the gauges to the state at that moment. What no longer exists therefore has
   * no series.
   * @param refresh reads that state where it is not in this process. It must not reject.
   */
  collect(show: Collector['show'], refresh: Collector['refresh'] = () => Promise.resolve()): void {
    this.#collectors.push({ show, refresh });
  }

  /** @param accept the `Accept` header of the request: Prometheus' text format, or OpenMetrics where it is accepted. */
  async page(accept = ''): Promise<Page> {
    const format: Format = accept.includes('application/openmetrics-text') ? 'openMetrics' : 'text';
    // One page after the other: each has gauges of its own.
    const page = this.#pages.then(() => this.#render(format));
    this.#pages = page.catch(() => undefined);
    return { contentType: contentTypes[format], text: await page };
  }

  async #render(format: Format): Promise<string> {
    await Promise.all(this.#collectors.map(({ refresh }) => refresh()));
    this.#gauges.clear();
    for (const { show } of this.#collectors) show();
    const parts: string[] = [];
    const add = async (family: Family) => {
      parts.push(familyText(family, format));
      // With thousands of resources a page takes some 50 ms, in which the process has other work.
      await setImmediate();
    };
    for (const [{ name, help, type }, series] of this.#gauges)
      await add({ name, help, type, values: [...series.values()] });
    for (const metric of await this.registry.getMetricsAsJSON()) await add({ ...metric, type: String(metric.type) });
    return parts.join('') + (format === 'openMetrics' ? '# EOF\n' : '');
  }

  counterOf({ name, help, labels }: MetricFamily): Counter {
    const known = this.#counters.get(name);
    if (known) return known;
    const made = new Counter({ name, help, labelNames: [...labels], registers: [this.registry] });
    this.#counters.set(name, made);
    return made;
  }

  histogramOf({ name, help, labels, buckets = [] }: MetricFamily): Histogram {
    const known = this.#histograms.get(name);
    if (known) return known;
    const settings = { name, help, labelNames: [...labels], buckets: [...buckets] };
    const made = new Histogram({ ...settings, registers: [this.registry] });
    this.#histograms.set(name, made);
    return made;
  }
}
