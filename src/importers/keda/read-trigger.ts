/** One entry of `spec.triggers`. */
import type { Workload } from '../hpa/metrics.js';
import type { Fields } from '../fields.js';
import { authenticationKey, type Authentication } from './authentication.js';
import { cronFloor, type CronFloor } from './cron.js';
import { Parameters, type Surroundings } from './parameters.js';
import { converters, notMeasured } from './triggers/registry.js';
import { resource } from './triggers/resource.js';
import { isMeasured, type Measured, type NotMeasured } from './triggers/trigger.js';

export interface Owner extends Surroundings {
  readonly namespace: string | undefined;
  readonly workload: Workload;
  readonly authentications: ReadonlyMap<string, Authentication>;
  /** The documents that a trigger refers to. */
  readonly usedAuthentications: Set<Authentication>;
}

export interface ReadTrigger {
  readonly field: Fields;
  /** Its name in a formula. */
  readonly name: string | undefined;
  readonly kind: 'external' | 'resource' | 'cron';
  readonly isValue: boolean;
  readonly isCached: boolean;
  readonly result: Measured | NotMeasured | CronFloor;
}

export function readTrigger(trigger: Fields, owner: Owner): ReadTrigger {
  const type = trigger.at('type').text();
  const metricType = trigger.at('metricType').optionalText() ?? '';
  const isResource = type === 'cpu' || type === 'memory';
  const types = isResource ? ['', 'Utilization', 'AverageValue'] : ['', 'AverageValue', 'Value'];
  if (!types.includes(metricType)) throw trigger.at('metricType').invalid(`is not ${types.slice(1).join(' or ')}`);
  const cached = trigger.at('useCachedMetrics');
  const { authentication, missing } = authenticationOf(trigger, owner);
  const parameters = new Parameters(trigger.at('metadata'), authentication, missing, owner);
  const kind = isResource ? 'resource' : type === 'cron' ? 'cron' : 'external';
  const scaledObject = { name: owner.owner, namespace: owner.namespace };
  const identity = authentication?.identity;
  const input = { type, parameters, identity, metricType, scaledObject, workload: owner.workload };
  const converter = converters.get(type);
  const result =
    kind === 'resource'
      ? resource(input)
      : kind === 'cron'
        ? cronFloor(parameters, metricType)
        : converter === undefined
          ? notMeasured(type)
          : converter(input);
  if ('what' in result) {
    trigger.at('metadata').take();
    owner.notes.drop(trigger.place, result.what, `${result.why}. The capacity does not follow it`);
  } else {
    reportUnused(type, parameters, authentication, owner);
  }
  const name = trigger.at('name').optionalText();
  const isNamed = kind === 'external' && !('what' in result);
  if (name !== undefined && !isNamed) owner.notes.warn(trigger.at('name').place, 'is left out: it has no effect');
  return {
    field: trigger,
    name,
    kind,
    isValue: metricType === 'Value',
    isCached: cached.isPresent && String(cached.take()) === 'true',
    result,
  };
}

export function isFloor(result: ReadTrigger['result']): result is CronFloor {
  return 'until' in result;
}

export function isSignal(result: ReadTrigger['result']): result is Measured {
  return !isFloor(result) && isMeasured(result);
}

function authenticationOf(trigger: Fields, owner: Owner) {
  const reference = trigger.at('authenticationRef');
  if (!reference.isPresent) return {};
  const name = reference.at('name').text();
  const kind = reference.at('kind').optionalText() ?? 'TriggerAuthentication';
  const authentication =
    owner.authentications.get(authenticationKey(kind, owner.namespace, name)) ??
    owner.authentications.get(authenticationKey(kind, undefined, name));
  if (authentication !== undefined) {
    owner.usedAuthentications.add(authentication);
    return { authentication };
  }
  owner.notes.drop(
    reference.place,
    `the ${kind} ${name}`,
    'it is not in the input, so what it adds to the trigger is not known. Add its document to the input',
  );
  return { missing: name };
}

function reportUnused(
  type: string,
  parameters: Parameters,
  authentication: Authentication | undefined,
  { notes }: Owner,
): void {
  for (const name of parameters.unusedOfAuthentication()) {
    const place = authentication?.parameters.get(name)?.field.place ?? '';
    notes.drop(place, `the parameter ${name}`, `the source for the trigger ${type} has no such setting here`);
  }
}
