/** The trace on the page about traces is the one in docs/trace.json, and each of its spans is explained. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { spansIn, treeOf } from '../support/trace-collector.js';
import { pageOf } from './pages.js';

const page = pageOf('docs/tracing.md');
const spans = spansIn(readFileSync('docs/trace.json', 'utf8'));

it('the tree is made of the spans of the example', () => {
  expect(page.blocks.filter(({ language }) => language === 'text').map(({ text }) => text)).toEqual([treeOf(spans)]);
});

it('the example is one trace, below the span of its caller', () => {
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const ids = spans.map(({ spanId }) => spanId);
  expect(spans.filter(({ parentSpanId }) => !ids.includes(parentSpanId ?? ''))).toHaveLength(1);
});

it('each kind of span is in the table', () => {
  const kinds = new Set(spans.map(({ name }) => name.replace('observe', 'change')));
  const rows = page.text.split('\n').filter((line) => line.startsWith('| `'));
  const missing = [...kinds].filter((name) => !rows.some((row) => row.includes(kindOf(name))));
  expect(missing).toEqual([]);
});

/** One activity stands for all. */
function kindOf(name: string): string {
  return name.replace(/Activity:\w+/, 'Activity:change');
}
