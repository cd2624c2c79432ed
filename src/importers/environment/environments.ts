/**
 * Finds the environments in a document: of a Lambda function, of the containers of a task definition, of the services of
 * a compose file, or a mapping of variables.
 */
import { formatPath, isMapping } from '../../config/file/path.js';
import type { Fields } from '../fields.js';
import { ImportError, type Manifest, type Unsupported, type Warning } from '../importer.js';

export interface FoundEnvironment {
  /** `compose.yaml services.autoscaler`, for messages. */
  readonly place: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Fields that name other files with variables. */
  readonly files: readonly string[];
}

/** @throws ImportError where an environment has an invalid form. */
export function environmentsIn(document: Fields, { value, place }: Manifest): readonly FoundEnvironment[] {
  refuseTemplate(place, value);
  const settings = [document, document.at('Configuration')].map((each) => each.at('Environment', 'Variables'));
  const ofFunction = settings.find(({ isPresent }) => isPresent);
  if (ofFunction) return [{ place, variables: mappingOf(ofFunction), files: [] }];
  const task = document.at('taskDefinition').isPresent ? document.at('taskDefinition') : document;
  if (task.at('containerDefinitions').isPresent) return task.at('containerDefinitions').items().map(containerOf);
  if (isMapping(value) && isMapping(value['services'])) return document.at('services').entries().map(serviceOf);
  return isFlat(value) ? [{ place, variables: mappingOf(document), files: [] }] : [];
}

/** The parameters of a template have their values only where it is deployed. */
function refuseTemplate(place: string, value: unknown): void {
  const isTemplate = isMapping(value) && isMapping(value['Resources']) && !Array.isArray(value['services']);
  if (!isTemplate) return;
  throw new ImportError(
    `${place} is a template of CloudFormation, and contains no values. Import what it deployed: aws lambda get-function-configuration --function-name my-autoscaler`,
  );
}

function isFlat(value: unknown): boolean {
  const names = isMapping(value) ? Object.entries(value) : [];
  return names.length > 0 && names.every(([name, each]) => /^[A-Z][A-Z0-9_]*$/.test(name) && !isCollection(each));
}

function isCollection(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** A container of a task definition of ECS. The values of secrets are elsewhere, so placeholders stand for them. */
function containerOf(container: Fields): FoundEnvironment {
  const pairs = container
    .at('environment')
    .items()
    .map((each) => [each.at('name').text(), scalarOf(each.at('value'))] as const);
  const secrets = container
    .at('secrets')
    .items()
    .map((each) => {
      each.at('valueFrom').take();
      const name = each.at('name').text();
      return [name, `\${${name}}`] as const;
    });
  return {
    place: container.place,
    variables: Object.fromEntries([...pairs, ...secrets]),
    files: filesOf(container.at('environmentFiles')),
  };
}

/** A service of a compose file: `environment` is a mapping or a list of NAME=value. */
function serviceOf([, service]: readonly [string, Fields]): FoundEnvironment {
  const environment = service.at('environment');
  const variables = environment.isList
    ? Object.fromEntries(environment.items().flatMap(assignmentOf))
    : mappingOf(environment);
  return { place: service.place, variables, files: filesOf(service.at('env_file')) };
}

/** `- NAME` alone takes the value from the shell that starts the compose file. */
function assignmentOf(item: Fields): readonly (readonly [string, string])[] {
  const text = item.text();
  const at = text.indexOf('=');
  return at < 1 ? [] : [[text.slice(0, at), text.slice(at + 1)]];
}

/** `NAME:` without a value is an empty text. */
function mappingOf(variables: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(variables.entries().map(([name, each]) => [name, scalarOf(each)] as const));
}

function scalarOf(field: Fields): string {
  const value = field.take();
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw field.invalid('is not a text');
}

function filesOf(field: Fields): readonly string[] {
  if (!field.isPresent) return [];
  field.take();
  return [field.place];
}

export function filesNotRead({ files }: FoundEnvironment): readonly Unsupported[] {
  return files.map((path) => ({
    path,
    what: 'the variables of other files',
    why: 'the import reads only the given files; give the result of docker compose config, or these files',
  }));
}

/** What no setting was read from: other services of a compose file, the memory of a function, the source of an event. */
export function withoutEffect(fields: Fields, { place }: Manifest): readonly Warning[] {
  const left = fields.unreadParts().map(formatPath);
  const message = `is left out, because it has no effect on scaling: ${left.join(', ')}`;
  return left.length === 0 ? [] : [{ path: place, message }];
}
