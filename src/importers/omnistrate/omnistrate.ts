/** Omnistrate: the environment of its autoscaling example, and the autoscaling of the services of a compose file. */
import { environmentNames } from '../../config/environment/omnistrate.js';
import { isMapping } from '../../config/file/path.js';
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
import { autoscaledServices, type AutoscaledService } from './capabilities.js';
import { controlled, type ControlledResource } from './controller.js';

export const omnistrate: Importer = {
  kind: 'omnistrate',
  summary:
    'Omnistrate: the environment of its autoscaling example, and x-omnistrate-capabilities.autoscaling of a compose file',
  read: readEnvironmentFile,
  convert,
};

/** What an import does differently, whatever the input says. */
const always: readonly Warning[] = [
  'Escapement takes the place of the controller, beside the sidecar. With one resource, it answers POST /scale, GET /status and GET /health as the controller does; with several, write POST /v1/resources/{resource}/scale. Two controllers of one resource undo the changes of each other.',
  'A change is sent once. The example sends a failed request again, up to three times, so that a lost answer adds units twice.',
].map((message) => ({ path: '', message }));

interface Document {
  readonly fields: Fields;
  readonly manifest: Manifest;
}

function convert(manifests: readonly Manifest[]): Imported {
  const documents = manifests.map((manifest) => ({ fields: new Fields(manifest.place, manifest.value), manifest }));
  const everyService = documents.flatMap(({ fields, manifest }) => autoscaledServices(fields, manifest));
  const services = everyService.filter((one, index) => !isTwin(one, everyService.slice(0, index)));
  const found = documents.flatMap(({ fields, manifest }) => environmentsIn(fields, manifest));
  const controllers = found.filter(({ variables }) => environmentNames(variables).length > 0);
  if (controllers.length === 0 && services.length === 0) throw nothing(manifests);
  const targets = controllers.flatMap((controller) => controlled(controller, services));
  const resources = targets.filter((one, index) => !isTwin(one, targets.slice(0, index)));
  const others = services.filter(({ alias }) => !resources.some((resource) => resource.alias === alias));
  return {
    resources: [...resources, ...others.map(({ resource }) => resource)],
    warnings: [
      ...always,
      ...[...resources, ...others].flatMap(({ warnings }) => warnings),
      ...leftOut(documents, found, controllers),
    ],
    unsupported: [
      ...everyService.filter((one) => !services.includes(one)).map(asSecond),
      ...targets.filter((one) => !resources.includes(one)).map(asTwin),
      ...resources.flatMap(({ unsupported }) => unsupported),
      ...others.flatMap(notScaled),
      ...controllers.flatMap(filesNotRead),
    ],
  };
}

function nothing(manifests: readonly Manifest[]): ImportError {
  const places = manifests.map(({ place }) => place).join(', ');
  return new ImportError(
    `The input (${places || 'empty'}) has neither AUTOSCALER_TARGET_RESOURCE in an environment, nor a service with x-omnistrate-capabilities.autoscaling.`,
  );
}

interface Named {
  readonly alias: string;
}

/** The sidecar knows a resource by the name of its service, so two with the same name are the same resource. */
function isTwin({ alias }: Named, others: readonly Named[]): boolean {
  return others.some((other) => other.alias === alias);
}

function asSecond({ place, alias }: AutoscaledService): Unsupported {
  const why = `another compose file of the input has a service ${alias} too; import each deployment alone`;
  return { path: place, what: 'the whole service', why };
}

function asTwin({ place, alias }: ControlledResource): Unsupported {
  const why = `another controller of the input scales ${alias} too, and two would undo the changes of each other`;
  return { path: place, what: `the target ${alias}`, why };
}

/** The service is a resource, but the file does not say when to scale it. */
function notScaled({ place, unsupported }: AutoscaledService): readonly Unsupported[] {
  return unsupported.map(({ path, ...reason }) => ({ path: `${place} ${path}`, ...reason }));
}

function leftOut(
  documents: readonly Document[],
  found: readonly FoundEnvironment[],
  controllers: readonly FoundEnvironment[],
): readonly Warning[] {
  const environments = found.filter((each) => !controllers.includes(each) && Object.keys(each.variables).length > 0);
  return [
    ...environments.map(({ place }) => ({
      path: place,
      message: 'has an environment without variables of the autoscaling example, which is left out',
    })),
    ...documents.flatMap(({ fields, manifest }) => (isMapping(manifest.value) ? withoutEffect(fields, manifest) : [])),
  ];
}
