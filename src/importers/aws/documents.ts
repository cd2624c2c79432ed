/** Reads what the AWS CLI prints: JSON or YAML, one or several outputs in a file, and finds the lists in it. */
import { isMapping } from '../../config/file/path.js';
import { Fields } from '../fields.js';
import { ImportError, type Manifest, type Unsupported, type Warning } from '../importer.js';
import { readManifests } from '../manifests.js';

/** Each with the field that names one of its items. */
const lists = {
  ScalableTargets: { item: 'ScalableTarget', name: 'ResourceId' },
  ScalingPolicies: { item: 'ScalingPolicy', name: 'PolicyName' },
  MetricAlarms: { item: 'MetricAlarm', name: 'AlarmName' },
  ScheduledActions: { item: 'ScheduledAction', name: 'ScheduledActionName' },
} as const;

export type Described = Readonly<Record<keyof typeof lists, readonly Fields[]>> & {
  readonly warnings: readonly Warning[];
  readonly unsupported: readonly Unsupported[];
};

/** Outputs that were appended to one file are several JSON values in a row. */
export function readOutputs(file: string, text: string): readonly Manifest[] {
  if (!text.trimStart().startsWith('{')) return readManifests(file, text);
  const values = jsonValuesIn(text);
  return values.map((json, index) => {
    const place = values.length === 1 ? file : `${file}, output ${index + 1}`;
    try {
      return { place, value: JSON.parse(json) as unknown, commentAt: () => undefined };
    } catch (error) {
      throw new ImportError(`${place} is not valid JSON: ${error instanceof Error ? error.message : ''}`);
    }
  });
}

/** Cuts after each brace that closes a value. Braces inside of texts do not count. */
function jsonValuesIn(text: string): readonly string[] {
  const values: string[] = [];
  let depth = 0;
  let begin = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token.startsWith('"')) continue;
    depth += token === '{' ? 1 : -1;
    if (depth !== 0) continue;
    values.push(text.slice(begin, index + 1));
    begin = index + 1;
  }
  const rest = text.slice(begin);
  return rest.trim() === '' ? values : [...values, rest];
}

/** @throws ImportError if the input has no scalable target. */
export function describedIn(manifests: readonly Manifest[]): Described {
  const found = { ScalableTargets: [], ScalingPolicies: [], MetricAlarms: [], ScheduledActions: [] } as Record<
    keyof typeof lists,
    Fields[]
  >;
  const warnings: Warning[] = [];
  const unsupported: Unsupported[] = [];
  for (const { place, value } of manifests) {
    if (!isMapping(value)) throw new ImportError(`${place} is not an output of the AWS CLI.`);
    const document = new Fields(place, value);
    for (const [key, field] of document.entries()) {
      if (isList(key)) found[key].push(...field.items().map((item) => itemOf(key, item)));
      else if (!field.isPresent || isEmptyList(field)) continue;
      else if (key === 'NextToken') unsupported.push(incomplete(place));
      else warnings.push({ path: place, message: `has ${key}, which is ignored` });
    }
  }
  if (found.ScalableTargets.length === 0) throw noTargets(manifests);
  return { ...found, warnings, unsupported };
}

/** `CompositeAlarms: []` is in every output with alarms. */
function isEmptyList(field: Fields): boolean {
  const value = field.take();
  return Array.isArray(value) && value.length === 0;
}

function isList(key: string): key is keyof typeof lists {
  return Object.hasOwn(lists, key);
}

function itemOf(list: keyof typeof lists, field: Fields): Fields {
  const { item, name } = lists[list];
  const value = field.take();
  if (!isMapping(value)) throw field.invalid('is not a mapping');
  if (value['AutoScalingGroupName'] !== undefined) {
    throw field.invalid(
      'belongs to EC2 Auto Scaling, which has commands and policies of its own. This importer reads the outputs of aws application-autoscaling',
    );
  }
  return new Fields(`${item} ${field.at(name).text()}`, value);
}

function incomplete(place: string): Unsupported {
  return {
    path: `${place} NextToken`,
    what: 'the next page of the output',
    why: 'the output is not complete. Run the command without --no-paginate, --max-items and --starting-token',
  };
}

function noTargets(manifests: readonly Manifest[]): ImportError {
  const keys = manifests.flatMap(({ value }) => (isMapping(value) ? Object.keys(value) : []));
  const contains = keys.length === 0 ? 'nothing' : keys.join(', ');
  return new ImportError(
    `The input has no scalable target. It contains: ${contains}. Run: aws application-autoscaling describe-scalable-targets --service-namespace ecs`,
  );
}
