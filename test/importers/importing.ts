/** Imports in a test, and reads the result with the loader of the product. */
import { importFiles } from '../../src/importers/import.js';
import { read } from '../config/written.js';

export async function imported(...texts: readonly string[]) {
  return importedAs('hpa', ...texts);
}

export async function importedAs(kind: string, ...texts: readonly string[]) {
  const files = texts.map((text, index) => ({ name: `input-${index + 1}.yaml`, text }));
  const result = await importFiles(kind, files);
  return { ...result, config: await read(result.yaml) };
}

export async function refusalAs(kind: string, text: string): Promise<string> {
  return importFiles(kind, [{ name: `${kind}.yaml`, text }]).then(
    ({ yaml }) => `imported:\n${yaml}`,
    (error: unknown) => String(error),
  );
}

export async function refusal(text: string, kind = 'hpa'): Promise<string> {
  return refusalAs(kind, text);
}

/** An HPA of autoscaling/v2 as JSON, which is YAML too. */
export function hpaOf(spec: object = {}, metadata: object = {}, rest: object = {}): string {
  return JSON.stringify({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 9,
      ...spec,
    },
    ...rest,
  });
}

/** A ScaledObject as JSON. */
export function scaledObjectOf(spec: object = {}, metadata: object = {}, rest: object = {}): string {
  return JSON.stringify({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: { scaleTargetRef: { name: 'web' }, triggers: [promql('waiting', '5')], ...spec },
    ...rest,
  });
}

/** A prometheus trigger whose signal has this name. */
export function promql(name: string, threshold: string, more: object = {}): Record<string, unknown> {
  const metadata = { serverAddress: 'http://prometheus:9090', query: `sum(${name})`, threshold, ...more };
  return { type: 'prometheus', name, metadata };
}

export function trigger(type: string, metadata: Record<string, string>, more: object = {}): Record<string, unknown> {
  return { type, metadata, ...more };
}
