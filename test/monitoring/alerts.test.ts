/** Each alert has what a person needs who receives it, and tests. promtool runs the tests: see test/services/monitoring. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';

const folder = 'monitoring/prometheus';
const alertSchema = z.object({
  alert: z.string().regex(/^Escapement[A-Z][A-Za-z]+$/),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const rulesSchema = z.object({ groups: z.array(z.object({ rules: z.array(alertSchema) })) });
const testsSchema = z.object({
  tests: z.array(
    z.object({ alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })) }),
  ),
});

const read = (path: string): unknown => parse(readFileSync(`${folder}/${path}`, 'utf8'));
const alerts = rulesSchema.parse(read('rules/alerts.yml')).groups.flatMap(({ rules }) => rules);
const tests = readdirSync(`${folder}/tests`)
  .flatMap((name) => testsSchema.parse(read(`tests/${name}`)).tests)
  .flatMap((test) => test.alert_rule_test);

/** The sections below the heading "Alerts", as GitHub names their anchors. */
function sections(): string[] {
  const page = readFileSync('docs/operations.md', 'utf8');
  const [, below = ''] = /^## Alerts$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(page) ?? [];
  return [...below.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);
}

describe.each(alerts.map((alert) => [alert.alert, alert] as const))('%s', (name, { annotations }) => {
  it('names its section of docs/operations.md', () => {
    expect(annotations.runbook_url).toBe(`docs/operations.md#${name.toLowerCase()}`);
    expect(sections()).toContain(name);
  });

  it('has a test in which it fires', () => {
    const fires = tests.filter(({ alertname, exp_alerts }) => alertname === name && exp_alerts.length > 0);
    expect(fires.length).toBeGreaterThan(0);
  });
});

it('docs/operations.md has no section for an alert that does not exist', () => {
  expect(sections().toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
});

it('each alert has another series or another time for which it does not fire', () => {
  const silent = new Set(tests.filter(({ exp_alerts }) => exp_alerts.length === 0).map(({ alertname }) => alertname));
  // The tests of these two have a second resource or another limit beside the one that fires.
  const besides = ['EscapementFallbackInForce', 'EscapementRunUnattended'];
  expect(alerts.map(({ alert }) => alert).filter((name) => !silent.has(name))).toEqual(besides);
});
