/** ScaledObjects of KEDA, with their TriggerAuthentications. */
import { formatPath, isMapping } from '../../config/file/path.js';
import { uniqueNames } from '../alias.js';
import { Fields } from '../fields.js';
import { scaledObject } from '../hpa/scaled-object.js';
import {
  type Imported,
  type Importer,
  ImportError,
  type Manifest,
  type Unsupported,
  type Warning,
} from '../importer.js';
import { authenticationOf, isAuthentication, type Authentication } from './authentication.js';
import { Placeholders } from './placeholders.js';
import { convertScaledObject, type Converted } from './scaled-object.js';

const apiVersion = 'keda.sh/v1alpha1';

export const keda: Importer = {
  kind: 'keda',
  summary: 'ScaledObjects of KEDA with their TriggerAuthentications, and the HPAs that KEDA makes of them',
  cluster: [
    { apiVersion, kind: 'ScaledObject', plural: 'scaledobjects' },
    { apiVersion, kind: 'TriggerAuthentication', plural: 'triggerauthentications' },
    {
      apiVersion,
      kind: 'ClusterTriggerAuthentication',
      plural: 'clustertriggerauthentications',
      isClusterWide: true,
      purpose: 'triggers that refer to one have no credentials in the output',
    },
  ],
  convert,
};

/** What KEDA and an import of it do differently, whatever the ScaledObject says. */
const always: readonly Warning[] = [
  'Escapement refuses to scale an object that a ScaledObject or an HPA still scales. Run escapement validate and escapement doctor first, delete the ScaledObject, and then start Escapement.',
  'A metric that cannot be read stops the idle time, and blocks scaling in. KEDA counts the failures of its own reads and of those of the HPA together, so that its fallback may apply sooner.',
  'No tolerance of an HPA delays a fallback or the minimum of a cron trigger. A formula with a negative result counts as 0.',
  'After its start, Escapement waits for the whole of idle.for before it scales to zero. The idle time is over at its end, and not after it.',
].map((message) => ({ path: '', message }));

const jobs =
  'it starts a Job for each piece of work, and Escapement sets the number of units of a workload that exists. Keep KEDA for it, or process the work in a Deployment and import a ScaledObject';

function convert(manifests: readonly Manifest[]): Imported {
  const placeholders = new Placeholders();
  const authentications = manifests
    .filter(isAuthentication)
    .map((manifest) => authenticationOf(manifest, placeholders));
  const byKey = new Map(authentications.map((each) => [each.key, each]));
  const converted = manifests
    .filter((manifest) => kindOf(manifest) === 'ScaledObject')
    .map((manifest) => convertScaledObject(manifest, byKey, placeholders));
  const ofJobs = manifests.filter((manifest) => kindOf(manifest) === 'ScaledJob');
  if (converted.length === 0) throw nothingToImport(manifests, ofJobs);
  const resources = converted.filter((one, index) => twinOf(one, converted.slice(0, index)) === undefined);
  const twins = converted.filter((one) => !resources.includes(one));
  const used = new Set(resources.flatMap(({ usedAuthentications }) => [...usedAuthentications]));
  const aliases = uniqueNames(resources);
  const rivals = manifests.flatMap((manifest) => rivalOf(manifest, resources));
  return {
    resources: resources.map(({ fields, comments }, index) => ({ alias: aliases[index] ?? '', fields, comments })),
    warnings: [
      ...always,
      ...manifests.flatMap(ignoredOf),
      ...authentications.flatMap((each) => leftOf(each, used.has(each)).warnings),
      ...resources.flatMap(({ notes }) => notes.warnings),
    ],
    unsupported: [
      ...ofJobs.map((manifest) => ({ path: nameOf(manifest), what: 'the whole autoscaler', why: jobs })),
      ...twins.map((twin) => tooMany(twin.title, twinOf(twin, resources))),
      ...rivals,
      ...authentications.flatMap((each) => leftOf(each, used.has(each)).unsupported),
      ...resources.flatMap(({ notes }) => notes.unsupported),
    ],
  };
}

function kindOf({ value }: Manifest): unknown {
  return isMapping(value) ? value['kind'] : undefined;
}

function nothingToImport(manifests: readonly Manifest[], ofJobs: readonly Manifest[]): ImportError {
  const [job] = ofJobs;
  if (job !== undefined) return new ImportError(`${nameOf(job)} cannot be imported: ${jobs}.`);
  return new ImportError(
    `The input contains no ScaledObject. It contains: ${manifests.map(nameOf).join(', ') || 'nothing'}.`,
  );
}

function twinOf({ target }: Converted, others: readonly Converted[]): Converted | undefined {
  return others.find((other) => other.target === target);
}

function tooMany(path: string, first: Converted | undefined): Unsupported {
  return {
    path,
    what: 'the whole autoscaler',
    why: `${first?.title ?? 'another'} scales the same object (${first?.target ?? ''}), and two would undo each other's changes`,
  };
}

/** An HPA of the input that scales an object of a ScaledObject. The one that KEDA made itself is no rival. */
function rivalOf(manifest: Manifest, resources: readonly Converted[]): readonly Unsupported[] {
  const { place, value } = manifest;
  if (kindOf(manifest) !== 'HorizontalPodAutoscaler' || isOfKeda(manifest)) return [];
  const root = new Fields(place, value);
  const namespace = root.at('metadata', 'namespace').optionalText();
  const { key } = scaledObject(root.at('spec', 'scaleTargetRef'), namespace);
  const first = resources.find(({ target }) => target === key);
  return first === undefined ? [] : [tooMany(nameOf(manifest), first)];
}

function isOfKeda({ value }: Manifest): boolean {
  const metadata = isMapping(value) && isMapping(value['metadata']) ? value['metadata'] : {};
  const owners: readonly unknown[] = Array.isArray(metadata['ownerReferences']) ? metadata['ownerReferences'] : [];
  return (
    String(metadata['name']).startsWith('keda-hpa-') ||
    owners.some((owner) => isMapping(owner) && owner['kind'] === 'ScaledObject')
  );
}

function ignoredOf(manifest: Manifest): readonly Warning[] {
  const kind = kindOf(manifest);
  if (kind === 'ScaledObject' || kind === 'ScaledJob' || isAuthentication(manifest)) return [];
  const message =
    kind === 'Secret'
      ? `${nameOf(manifest)} is ignored: the values of Secrets are not copied`
      : isOfKeda(manifest)
        ? `${nameOf(manifest)} is ignored: KEDA made it from its ScaledObject, and deletes it with it`
        : `${nameOf(manifest)} is ignored: it is not a ScaledObject`;
  return [{ path: manifest.place, message }];
}

/** What no trigger has read of a TriggerAuthentication. */
function leftOf({ place, fields }: Authentication, isUsed: boolean) {
  if (!isUsed) {
    return { warnings: [{ path: place, message: 'is ignored: no imported trigger refers to it' }], unsupported: [] };
  }
  const provider = fields.at('spec', 'podIdentity', 'provider').peek();
  const left = fields.unread();
  const ofIdentity = left.filter(([, second]) => second === 'podIdentity');
  const others = left.filter((path) => !ofIdentity.includes(path)).map((path) => path.slice(0, 2));
  const unique = [...new Set(others.map(formatPath))];
  return {
    warnings: [
      ...(provider === undefined || provider === 'none'
        ? []
        : [
            {
              path: `${place} spec.podIdentity`,
              message: `is left out: Escapement signs in with the identity of its own pod or process. Give it the rights that ${provider} has in KEDA`,
            },
          ]),
      ...unique.map((path) => ({
        path: `${place} ${path}`,
        message: 'is left out: a placeholder takes the place of each value',
      })),
    ],
    unsupported: ofIdentity.map((path) => ({
      path: `${place} ${formatPath(path)}`,
      what: 'the identity',
      why: 'Escapement signs in with the identity of its own pod or process',
    })),
  };
}

function nameOf({ value }: Manifest): string {
  if (!isMapping(value)) return 'a document that is not a mapping';
  const { kind, metadata } = value;
  const fields = isMapping(metadata) ? metadata : {};
  const name = [fields['namespace'], fields['name']].filter((part) => typeof part === 'string').join('/');
  return typeof kind === 'string' ? `${kind}${name === '' ? '' : ` ${name}`}` : 'a document without a kind';
}
