/** The metrics of this process, and the page on which they are served. */
import { setImmediate } from 'node:timers/promises';
import {
  Counter,
  Gauge,
  Histogram,
  type Metric,
  type OpenMetricsContentType,
  Registry,
  type RegistryContentType,
  collectDefaultMetrics,
} from 'prom-client';
import { metricFamilies, type MetricFamily } from '../domain/metrics.js';
import { packageVersion } from '../process/package-root.js';

type OfType<Type extends MetricFamily['type']> = Extract<
  (typeof metricFamilies)[keyof typeof metricFamilies],
  { readonly type: Type }
>;
type LabelsOf<Family extends MetricFamily> = Readonly<Record<Family['labels'][number], string>>;

interface Page {
  readonly contentType: string;
  readonly text: string;
}

interface Collector {
  readonly show: () => void;
  readonly refresh: () => Promise<void>;
}

export class Metrics {
  readonly registry = new Registry();
  readonly #made = new Map<string, Metric>();
  readonly #collectors: Collector[] = [];
  #pages: Promise<unknown> = Promise.resolve();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of misnamed) this.registry.removeSingleMetric(name);
    const version = { version: packageVersion(), node: process.versions.node };
    this.collect(() => this.set(metricFamilies.buildInfo, version, 1));
  }

  /** Counts. An amount of 0 makes the series visible, so that its first increase can be seen. */
  add<Family extends OfType<'counter'>>(family: Family, labels: LabelsOf<Family>, amount = 1): void {
    const metric = this.metricOf(family);
    if (metric instanceof Counter) metric.inc(labels, amount);
  }

  /** Call it only from a collector: every gauge is reset before each page. */
  set<Family extends OfType<'gauge'>>(family: Family, labels: LabelsOf<Family>, value: number): void {
    const metric = this.metricOf(family);
    if (metric instanceof Gauge) metric.set(labels, value);
  }

  record<Family extends OfType<'histogram'>>(family: Family, labels: LabelsOf<Family>, value: number): void {
    const metric = this.metricOf(family);
    if (metric instanceof Histogram) metric.observe(labels, value);
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
    const registry = accept.includes('application/openmetrics-text') ? this.#openMetrics() : this.registry;
    // One page after the other: each begins with a reset of the gauges.
    const page = this.#pages.then(() => this.#render(registry));
    this.#pages = page.catch(() => undefined);
    return { contentType: registry.contentType, text: await page };
  }

  async #render(registry: Registry<RegistryContentType>): Promise<string> {
    await Promise.all(this.#collectors.map(({ refresh }) => refresh()));
    for (const metric of this.#made.values()) if (metric instanceof Gauge) metric.reset();
    for (const { show } of this.#collectors) show();
    const parts: string[] = [];
    for (const { name } of registry.getMetricsAsArray()) {
      parts.push(`${await registry.getSingleMetricAsString(name)}\n`);
      // With thousands of resources a page takes 0.1 s, in which the process has other work.
      await setImmediate();
    }
    return parts.join('') + (registry.contentType === Registry.OPENMETRICS_CONTENT_TYPE ? '# EOF\n' : '');
  }

  metricOf(family: MetricFamily): Metric {
    const known = this.#made.get(family.name);
    if (known) return known;
    const { name, help, labels, buckets, type } = family;
    const settings = { name, help, labelNames: [...labels], registers: [this.registry] };
    const made =
      type === 'histogram'
        ? new Histogram({ ...settings, ...(buckets && { buckets: [...buckets] }) })
        : new (type === 'counter' ? Counter : Gauge)(settings);
    this.#made.set(name, made);
    return made;
  }

  #openMetrics(): Registry<OpenMetricsContentType> {
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    for (const metric of this.registry.getMetricsAsArray()) {
      // In OpenMetrics the family of a counter has no `_total`; the registry adds it to each series.
      const name = metric instanceof Counter ? metric.name.replace(/_total$/, '') : metric.name;
      registry.registerMetric(Object.create(metric, { name: { value: name } }) as Metric);
    }
    return registry;
  }
}

/** Gauges of the library whose names only a counter may have. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];
