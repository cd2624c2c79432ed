/** The HTTP API of Prometheus, as the dashboards and a person use it. */
import { z } from 'zod';

const seriesSchema = z.array(
  z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
);

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({ name: z.string(), query: z.string(), health: z.string(), lastError: z.string().optional() }),
      ),
    }),
  ),
});

export type Series = z.output<typeof seriesSchema>[number];

export class PrometheusClient {
  constructor(private readonly url: string) {}

  /** Every second of the time range. @throws Error with the words of Prometheus. */
  async range(query: string, fromMs: number, toMs: number): Promise<Series[]> {
    const parameters = { query, start: String(fromMs / 1000), end: String(toMs / 1000), step: '1' };
    const { result } = z.object({ result: seriesSchema }).parse(await this.#get('query_range', parameters));
    return result;
  }

  /** The newest value of each series, by its labels. */
  async now(query: string): Promise<Map<string, number>> {
    const seriesNow = z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    );
    const { result } = z.object({ result: seriesNow }).parse(await this.#get('query', { query }));
    return new Map(result.map(({ metric, value }) => [Object.values(metric).sort().join(' '), Number(value[1])]));
  }

  async metricNames(): Promise<string[]> {
    return z.array(z.string()).parse(await this.#get('label/__name__/values', {}));
  }

  async rules(): Promise<z.output<typeof rulesSchema>['groups'][number]['rules']> {
    const { groups } = rulesSchema.parse(await this.#get('rules', {}));
    return groups.flatMap(({ rules }) => rules);
  }

  async #get(path: string, parameters: Record<string, string>): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const body = (await response.json()) as { data?: unknown; error?: string };
    if (!response.ok) throw new Error(`${path} ${JSON.stringify(parameters)}: ${body.error ?? response.status}`);
    return body.data;
  }
}
