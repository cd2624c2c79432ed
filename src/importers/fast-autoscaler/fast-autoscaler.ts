/** The ECS fast autoscaler: its environment, and the events that it is called with. */
import { isMapping } from '../../config/file/path.js';
import { uniqueNames } from '../alias.js';
import { environmentsIn, filesNotRead, type FoundEnvironment, withoutEffect } from '../environment/environments.js';
import { readEnvironmentFile } from '../environment/read.js';
import { Fields } from '../fields.js';
import {
  type Imported,
  type Importer,
  ImportError,
  type Manifest,
  type Unsupported,
  type Warning,
} from '../importer.js';
import { isOfFastAutoscaler, serviceOf, type ImportedService, type Order } from './service.js';

export const fastAutoscaler: Importer = {
  kind: 'fast-autoscaler',
  summary:
    'the ECS fast autoscaler: a .env file or export list, the JSON of aws lambda get-function-configuration, a task definition, a compose file, an event',
  read: readEnvironmentFile,
  convert,
};

/** What the original and an import of it do differently, whatever the settings say. */
const always: readonly Warning[] = [
  'Disable the schedule of the ECS fast autoscaler before you start Escapement: two autoscalers undo the changes of each other.',
  'The imported file does what the documentation of the ECS fast autoscaler says. A note names each setting for which its code does something else; docs/coming-from.md shows how to keep what the code does.',
  'A queue that cannot be read keeps the number of tasks. The ECS fast autoscaler takes it as an empty queue.',
  'The needed tasks are rounded up. A scale-in never adds tasks, and a scale-out never removes tasks. A number of tasks outside min and max is corrected in steps and with cooldowns. A cooldown of 120 s is over at 120 s.',
  'The schedule is not a part of the settings. interval is 60s, the schedule in the documentation.',
].map((message) => ({ path: '', message }));

interface Document {
  readonly fields: Fields;
  readonly manifest: Manifest;
}

function convert(manifests: readonly Manifest[]): Imported {
  const documents = manifests.map((manifest) => ({ fields: new Fields(manifest.place, manifest.value), manifest }));
  const events = documents.filter(({ manifest }) => isEvent(manifest));
  const found = documents
    .filter((document) => !events.includes(document))
    .flatMap(({ fields, manifest }) => environmentsIn(fields, manifest));
  const environments = chosen(found, events.length > 0);
  const services = ordersOf(environments, events).map(serviceOf);
  const resources = services.filter((one, index) => twinOf(one, services.slice(0, index)) === undefined);
  const twins = services.filter((one) => !resources.includes(one));
  const aliases = uniqueNames(resources.map(({ alias, cluster }) => ({ name: alias, namespace: cluster })));
  return {
    resources: resources.map(({ fields, comments }, index) => ({ alias: aliases[index] ?? '', fields, comments })),
    warnings: [...always, ...resources.flatMap(({ warnings }) => warnings), ...leftOut(documents, found, environments)],
    unsupported: [...twins.map(asTwin), ...environments.flatMap(filesNotRead)],
  };
}

function isEvent({ value }: Manifest): boolean {
  return isMapping(value) && isMapping(value['config']);
}

/** The environments of the autoscaler. With an event, the environment may set nothing but a part of the settings. */
function chosen(found: readonly FoundEnvironment[], hasEvents: boolean): readonly FoundEnvironment[] {
  const identified = found.filter(({ variables }) => isOfFastAutoscaler(variables));
  if (identified.length > 0) return identified;
  if (hasEvents && found.length <= 1) return found;
  const contained = found.map(({ place, variables }) => `${place} (${Object.keys(variables).join(', ') || 'empty'})`);
  throw new ImportError(
    `The input contains no environment and no event of the ECS fast autoscaler. Its environment has ECS_CLUSTER and SERVICE_NAME, and its event has config. The input contains: ${contained.join('; ') || 'neither'}.`,
  );
}

/** One service for each environment, or for each event: a function may have several schedules. */
function ordersOf(environments: readonly FoundEnvironment[], events: readonly Document[]): readonly Order[] {
  if (events.length === 0) return environments.map((environment) => ({ environment, event: undefined }));
  const [environment, ...others] = environments;
  if (others.length > 0) {
    throw new ImportError(
      `The input contains events and several environments: ${environments.map(({ place }) => place).join(', ')}. Import each environment alone, with the events of its function.`,
    );
  }
  return events.map(({ fields, manifest }) => {
    fields.at('config').take();
    return { environment: environment ?? { place: '', variables: {}, files: [] }, event: manifest };
  });
}

function twinOf({ target }: ImportedService, others: readonly ImportedService[]): ImportedService | undefined {
  return others.find((other) => other.target === target);
}

function asTwin({ place, target }: ImportedService): Unsupported {
  const why = `another part of the input scales the same service (${target}), and two would undo the changes of each other`;
  return { path: place, what: 'the whole autoscaler', why };
}

function leftOut(
  documents: readonly Document[],
  found: readonly FoundEnvironment[],
  used: readonly FoundEnvironment[],
): readonly Warning[] {
  const others = found.filter((each) => !used.includes(each)).map(({ place }) => place);
  return [
    ...others.map((path) => ({ path, message: 'is left out: its variables are not those of the ECS fast autoscaler' })),
    ...documents.flatMap(({ fields, manifest }) => withoutEffect(fields, manifest)),
  ];
}
