/** Services of Knative and their ConfigMap, as JSON, which is YAML too. */

const prefix = 'autoscaling.knative.dev/';

interface Written {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly metadata?: object;
}

/** @param annotations without the group: `min-scale`. */
export function serviceOf({ annotations = {}, spec = {}, metadata = {} }: Written = {}): string {
  return JSON.stringify({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: {
      template: {
        metadata: { annotations: withGroup(annotations) },
        spec: { containers: [{ image: 'registry.example/web' }], ...spec },
      },
    },
  });
}

export function withGroup(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).map(([name, value]) => [prefix + name, value]));
}

export function configAutoscaler(data: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'config-autoscaler', namespace: 'knative-serving' },
    data,
  });
}
