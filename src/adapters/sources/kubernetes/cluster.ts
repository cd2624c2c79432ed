/** What the sources of Kubernetes share: the access to the cluster, the settings for it, and advice about errors. */
import { z } from 'zod';
import { AdapterError, type Advice, withAdvice } from '../../net/errors.js';
import { KubernetesApi } from '../../net/kubernetes/api.js';
import { type Look, makeSampler } from '../sampler.js';
import type { Source, SourceContext } from '../source.js';

export const clusterSettings = {
  namespace: z
    .string()
    .min(1)
    .optional()
    .describe('Namespace. Default: the namespace of the context or of the pod, else `default`.'),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Path of the kubeconfig. Default: `KUBECONFIG`, else `~/.kube/config`, else the service account of the pod.',
    ),
  context: z.string().min(1).optional().describe('Context of the kubeconfig. Default: its `current-context`.'),
};

type ClusterSettings = z.output<z.ZodObject<typeof clusterSettings>>;

/** A time in RFC 3339, as milliseconds since the epoch. */
export const time = z.string().transform(Date.parse).pipe(z.number());

interface ClusterLook<Settings> {
  /** What is read, for messages: `metric requests of Service web`. */
  readonly what: string;
  readonly emptyAs: Look['emptyAs'];
  /** In addition to advice about the connection. */
  readonly advice: Advice;
  readonly sample: (api: KubernetesApi, settings: Settings, signal: AbortSignal) => ReturnType<Look['look']>;
}

/** A source that reads one number from a cluster. */
export function clusterSampler<Settings extends ClusterSettings>(
  settings: Settings,
  context: SourceContext,
  { what, emptyAs, advice, sample }: ClusterLook<Settings>,
): Source {
  const cluster = new Cluster(settings, context.timeoutMs, { ...connectionAdvice, ...advice });
  return makeSampler(context, {
    server: `Kubernetes, ${what}`,
    get secrets() {
      return cluster.secrets;
    },
    emptyAs,
    look: (signal) => cluster.advised((api) => sample(api, settings, signal)),
    close: () => cluster.close(),
  });
}

/** The reads of one source. They can be used again after `close`. */
class Cluster {
  #api: KubernetesApi | undefined;

  constructor(
    private readonly settings: ClusterSettings,
    private readonly timeoutMs: number,
    private readonly advice: Advice,
  ) {}

  get api(): KubernetesApi {
    this.#api ??= new KubernetesApi(this.settings, this.timeoutMs);
    return this.#api;
  }

  get secrets(): readonly string[] {
    return this.#api?.secrets ?? [];
  }

  /** @throws AdapterError with advice */
  async advised<Result>(read: (api: KubernetesApi) => Promise<Result>): Promise<Result> {
    try {
      return await read(this.api);
    } catch (error) {
      if (!(error instanceof AdapterError) || this.advice[error.code] === undefined) throw error;
      throw new AdapterError(error.code, withAdvice(error, this.advice), error);
    }
  }

  async close(): Promise<void> {
    this.#api?.close();
    this.#api = undefined;
  }
}

/** `?labelSelector=app%3Dweb`, without the parameters that are undefined. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Advice that does not depend on the API of the metrics. */
const connectionAdvice = {
  notSent: 'Check kubeconfig, context and the connection to the API server.',
} satisfies Advice;
