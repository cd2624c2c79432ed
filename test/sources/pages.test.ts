import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { fileConfig } from '../../src/config/file/file-config.js';
import { createSource } from '../support/create-source.js';
import { sources } from '../../src/adapters/sources/registry.js';

interface Example {
  readonly resources: {
    readonly worker: { readonly autoscale: { readonly signals: Record<string, { type: string }> } };
  };
}

describe('the example on the page of a source', () => {
  it.each(sources.all.map(({ type }) => type))('of %s is valid for the source', async (page) => {
    const text = await readFile(`docs/sources/${page}.md`, 'utf8');
    const example = /```yaml\n(.*?)```/s.exec(text)?.[1] ?? '';
    const [signal] = Object.values((parse(example) as Example).resources.worker.autoscale.signals);
    const { type, ...settings } = signal!;
    expect(type).toBe(page);
    expect(createSource(type, settings, { signal: 'example', timeoutMs: 1000 })).toHaveProperty('sample');
    const { warnings } = await fileConfig(example, `${page}.md`, {});
    expect(warnings).toEqual([]);
  });
});
