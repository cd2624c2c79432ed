/** One Service, Configuration or Revision as a resource. */
import type { Path } from '../../config/file/path.js';
import { Fields } from '../fields.js';
import { type Comment, ImportError, type Manifest, type Unsupported, type Warning } from '../importer.js';
import { hpaClassOf } from './hpa-class.js';
import { kpaOf, withoutMaximum } from './kpa.js';
import { isKnown, isOfAutoscaler, Settings } from './settings.js';

export interface Converted {
  /** The document, for the report: `Service shop/web`. */
  readonly document: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly comments: readonly Comment[];
  readonly warnings: readonly Warning[];
  readonly unsupported: readonly Unsupported[];
}

const versions = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `serving.knative.dev/${version}`);

const classes = { kpa: 'kpa.autoscaling.knative.dev', hpa: 'hpa.autoscaling.knative.dev' };

/** @param defaults `data` of config-autoscaler. */
export function convertOne({ place, value, commentAt }: Manifest, defaults: Fields): Converted {
  const root = new Fields(place, value);
  const kind = root.at('kind').text();
  const name = root.at('metadata', 'name').text();
  const namespace = root.at('metadata', 'namespace').optionalText();
  const document = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  const all = new Fields(document, value);
  all.at('kind').take();
  if (!versions.includes(all.at('apiVersion').text())) {
    throw all.at('apiVersion').invalid(`is not ${versions.slice(0, 2).join(' or ')}`);
  }
  for (const field of ['name', 'namespace']) all.at('metadata', field).take();
  if (kind !== 'Revision' && !all.at('spec', 'template').isPresent) {
    throw new ImportError(
      `${document} has no spec.template. If it is of a former version, read it from the cluster: kubectl get ksvc ${name} -o yaml`,
    );
  }
  const revision = kind === 'Revision' ? all : all.at('spec', 'template');
  const settings = new Settings(revision.at('metadata', 'annotations'), defaults);
  const { min, max, isMaxWritten } = boundsOf(settings);
  const workload = { ...(namespace !== undefined && { namespace }), kind: 'Deployment', name };
  const containerConcurrency = revision.at('spec', 'containerConcurrency');
  const scaling = scalingOf({ settings, containerConcurrency, min, max, workload });
  const { autoscale } = scaling;
  const misplaced = misplacedAnnotations(all, kind);
  return {
    document,
    name,
    namespace,
    fields: {
      platform: { type: 'kubernetes', ...workload },
      min: scaling.min,
      max,
      cooldown: '0s',
      ...(autoscale !== undefined && { autoscale }),
    },
    comments: [
      { path: [], above: commentAt([]) },
      { path: ['min'], after: commentAt(settings.annotation('min-scale').path) },
      {
        path: ['max'],
        after: isMaxWritten ? commentAt(settings.annotation('max-scale').path) : ' none in Knative',
      },
      ...(autoscale === undefined ? [] : policyComments(settings, scaling.targetComment, commentAt)),
    ],
    warnings: [
      ...(namespace === undefined ? [noNamespace(all.at('metadata', 'namespace').place)] : []),
      ...(isMaxWritten ? [] : [noMaximum(settings.annotation('max-scale').place)]),
      ...scaling.warnings.map(({ field, message }) => ({ path: field.place, message })),
      ...activatorOnly(settings, containerConcurrency),
      ...settings.shadowed().map((field) => ({
        path: taken(field).place,
        message: 'is not used: the annotation is also there in its present spelling, and Knative prefers that',
      })),
      ...leftOut(all),
    ],
    unsupported: [
      ...[...scaling.unsupported, ...initialScale(settings)].map(({ field, ...reason }) => ({
        path: field.place,
        ...reason,
      })),
      ...traffic(all.at('spec', 'traffic')),
      ...misplaced,
    ],
  };
}

interface Scaling {
  readonly min: number;
  readonly autoscale?: Readonly<Record<string, unknown>> | undefined;
  readonly targetComment?: string;
  readonly warnings: readonly { readonly field: Fields; readonly message: string }[];
  readonly unsupported: readonly { readonly field: Fields; readonly what: string; readonly why: string }[];
}

interface ScalingInput {
  readonly settings: Settings;
  readonly containerConcurrency: Fields;
  readonly min: number;
  readonly max: number;
  readonly workload: Readonly<Record<string, string>>;
}

function scalingOf({ settings, workload, ...rest }: ScalingInput): Scaling {
  const written = settings.text('class', 'pod-autoscaler-class', classes.kpa);
  if (written === classes.kpa) {
    const { namespace, name = '' } = workload;
    return kpaOf({ settings, ...rest, labels: { ...(namespace !== undefined && { namespace }), service: name } });
  }
  const min = Math.max(1, rest.min);
  const field = settings.annotation('class');
  if (written !== classes.hpa) {
    const why = 'Knative leaves the scaling of this class to another controller. The capacity follows no metric';
    return { min, warnings: [], unsupported: [{ field, what: `the class ${written}`, why }] };
  }
  const { autoscale, hasBehavior } = hpaClassOf(settings, workload);
  return {
    min,
    autoscale,
    warnings: hasBehavior ? [] : [{ field: settings.annotation('window'), message: withoutBehavior }],
    unsupported: [],
  };
}

const withoutBehavior =
  'is not set, so the HPA of the class hpa has no behavior. The defaults of behavior are written out. The HPA scales out to at most max(2 x current, 4) in 15 s: 1 to 4, 2 to 4 and 3 to 6, and here 1 to 5, 2 to 6 and 3 to 7';

function boundsOf(settings: Settings) {
  const min = settings.whole('min-scale', 'min-scale', 0);
  const max = settings.whole('max-scale', 'max-scale', 0);
  const limit = settings.clusterNumber('max-scale-limit', 0, { from: 0 });
  const field = settings.annotation('max-scale');
  if (limit > 0 && (max === 0 || max > limit)) throw field.invalid(`is above max-scale-limit, which is ${limit}`);
  if (max > 0 && max < min) throw field.invalid(`is below min-scale, which is ${min}`);
  return { min, max: max === 0 ? Math.max(withoutMaximum, min) : max, isMaxWritten: max > 0 };
}

function initialScale(settings: Settings): Scaling['unsupported'] {
  const field = settings.annotation('initial-scale');
  const scale = settings.whole('initial-scale', 'initial-scale', 1);
  if (scale === 1) return [];
  const why = 'Escapement scales an object that exists. Write the number as spec.replicas of the Deployment';
  return [{ field, what: `initial-scale: ${scale}`, why }];
}

/** The comments of the annotations that became the policy. */
function policyComments(
  settings: Settings,
  targetComment: string | undefined,
  commentAt: Manifest['commentAt'],
): readonly Comment[] {
  const above = ['class', 'metric', 'target', 'target-utilization-percentage', 'window', 'panic-window-percentage']
    .map((name) => commentAt(settings.annotation(name).path))
    .filter((comment) => comment !== undefined);
  return [
    { path: ['autoscale', 'policies', 0], ...(above.length > 0 && { above: above.join('\n') }) },
    ...(targetComment === undefined ? [] : [{ path: ['autoscale', 'policies', 0, 'target'], after: targetComment }]),
  ];
}

function noNamespace(path: string): Warning {
  return {
    path,
    message: 'is not set. The namespace of the context of the kubeconfig applies, or that of the pod of Escapement',
  };
}

function noMaximum(path: string): Warning {
  return {
    path,
    message: `is not set, or 0: Knative has no maximum. A maximum is required here, and is ${withoutMaximum}`,
  };
}

/** What Knative does with requests, and Escapement has no part in. */
function activatorOnly(settings: Settings, containerConcurrency: Fields): readonly Warning[] {
  const burst = settings.annotation('target-burst-capacity');
  return [
    ...(burst.isPresent
      ? [
          {
            path: taken(burst).place,
            message: 'is left out: it decides when the activator buffers requests, and Escapement has none',
          },
        ]
      : []),
    ...(containerConcurrency.isPresent
      ? [
          {
            path: taken(containerConcurrency).place,
            message: 'also limits the requests that one container gets at a time. Escapement limits none',
          },
        ]
      : []),
  ];
}

function taken(field: Fields): Fields {
  field.take();
  return field;
}

/** With several revisions, Knative scales each by the requests that it gets. */
function traffic(routes: Fields): readonly Unsupported[] {
  if (!routes.isPresent) return [];
  const several = routes.items().length > 1;
  const isLatest = routes.items().every((route) => !route.at('revisionName').isPresent);
  routes.take();
  if (!several && isLatest) return [];
  const why = 'one Deployment gets all requests. Write one resource for each revision that has its own Deployment';
  return [{ path: routes.place, what: 'the traffic between revisions', why }];
}

/** Annotations that Knative refuses: of no setting, or of the service and not of its template. */
function misplacedAnnotations(all: Fields, kind: string): readonly Unsupported[] {
  const inTemplate = all.at('spec', 'template', 'metadata', 'annotations');
  const inMetadata = all.at('metadata', 'annotations');
  const isMisplaced = kind !== 'Revision';
  return [...inTemplate.entries(), ...inMetadata.entries()]
    .filter(([name, { path }]) => isOfAutoscaler(name) && (!isKnown(name) || (isMisplaced && path.length === 3)))
    .map(([name, field]) => ({
      path: taken(field).place,
      what: 'the annotation',
      why: isKnown(name)
        ? 'Knative refuses it here: it belongs to spec.template.metadata.annotations'
        : 'Knative has no such setting',
    }));
}

/** Each field that does not concern the autoscaler, once: `spec.template.spec.containers`. */
function leftOut(all: Fields): readonly Warning[] {
  const paths = all.unread().map((path) => path.slice(0, depthOf(path)));
  const places = [...new Set(paths.map((path) => placeOf(all, path)))];
  return places.map((path) => ({ path, message: 'is left out: it has no effect on scaling' }));
}

function depthOf([first, second, third, fourth]: Path): number {
  if (first === 'status') return 1;
  if (first === 'metadata') return second === 'annotations' || second === 'labels' ? 3 : 2;
  if (second !== 'template') return 2;
  return third === 'metadata' && (fourth === 'annotations' || fourth === 'labels') ? 5 : 4;
}

function placeOf(all: Fields, path: Path): string {
  return all.at(...path.map((key) => (typeof key === 'number' ? key : String(key)))).place;
}
