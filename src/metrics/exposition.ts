/**
 * Writes metrics as Prometheus' text format or as OpenMetrics. The registry of the library takes twice the time, which
 * matters with thousands of resources, and it renames counters permanently when it writes OpenMetrics.
 */
import type { MetricObjectWithValues, MetricValue } from 'prom-client';

export type Format = 'text' | 'openMetrics';

export const contentTypes: Record<Format, string> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

type Labels = Readonly<Partial<Record<string, string | number>>>;
export type Family = Pick<MetricObjectWithValues<MetricValue<string>>, 'name' | 'help' | 'values'> & {
  readonly type: string;
};

export function familyText({ name, help, type, values }: Family, format: Format): string {
  const lines = values.map((sample) => {
    const { value, labels } = sample;
    // The samples of a histogram have names of their own.
    const sampleName = 'metricName' in sample ? String(sample.metricName) : name;
    return `${sampleName}${labelsText(labels)} ${numberText(value)}\n`;
  });
  const isCounter = format === 'openMetrics' && type === 'counter';
  // In OpenMetrics only the series of a counter have `_total`.
  const family = isCounter ? name.replace(/_total$/, '') : name;
  return `# HELP ${family} ${escaped(help)}\n# TYPE ${family} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Labels): string {
  let text = '';
  for (const name in labels) text += `${text === '' ? '{' : ','}${name}="${escaped(String(labels[name]))}"`;
  return text === '' ? '' : `${text}}`;
}

function escaped(value: string): string {
  // Hardly any value has one of them, and three searches in every value are most of the cost of a page.
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
