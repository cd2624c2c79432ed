/** The manifest of docs/examples/kubernetes/cron-job.yaml. */
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

interface CronJob extends KubernetesObject {
  readonly spec: {
    readonly concurrencyPolicy: string;
    readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
  };
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [{ readonly args: readonly string[]; readonly env: readonly EnvironmentVariable[] }];
}

interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

interface ConfigMap extends KubernetesObject {
  readonly data: Readonly<Record<string, string>>;
}

const text = readFileSync('docs/examples/kubernetes/cron-job.yaml', 'utf8');
export const cronJobManifest = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);

export const cronJob = only('CronJob') as CronJob;
export const podSpec = cronJob.spec.jobTemplate.spec.template.spec;
export const configuration = (only('ConfigMap') as ConfigMap).data['escapement.yaml'] ?? '';

function only(kind: string): KubernetesObject {
  const [found, ...others] = cronJobManifest.filter((object) => object.kind === kind);
  if (!found || others.length > 0) throw new Error(`the manifest has not one ${kind}`);
  return found;
}
