/** Settings as the part of an escapement.yaml that differs from the one in force, with the old values as comments. */
import { Document, isMap, isScalar, isSeq } from 'yaml';
import type { Path } from '../../config/file/path.js';
import { durationText } from '../../domain/written/duration.js';
import type { ChangedNumber, Tuned } from './axes.js';

/** @param heading the comment on the first line. */
export function pasteText(resource: string, tuned: Tuned, changes: readonly ChangedNumber[], heading: string): string {
  const policies = [...new Set(changes.flatMap(({ path }) => (isInPolicy(path) ? [path[2]] : [])))].sort();
  const document = new Document({ resources: { [resource]: fieldsOf(tuned, changes, policies) } });
  document.commentBefore = ` ${heading}`;
  for (const { path, from } of changes) {
    const within = isInPolicy(path) ? ['autoscale', 'policies', policies.indexOf(path[2]), ...path.slice(3)] : path;
    const node = document.getIn(['resources', resource, ...within], true);
    if (isScalar(node)) node.comment = from === null ? ' not set before' : ` was ${from}`;
  }
  if (tuned.settings.policies.length > policies.length) namePolicies(document, resource, policies);
  return document.toString({ lineWidth: 0 });
}

type Policy = Tuned['settings']['policies'][number];
type PolicyIndex = Path[number] | undefined;

function isInPolicy([section, field]: Path): boolean {
  return section === 'autoscale' && field === 'policies';
}

/**
 * A mapping that a person may have written as one value, such as `cooldown: 5m`, is complete. So is a field of a policy
 * that contains several numbers: a list is replaced as a whole, and `up` of a preset requires both of its numbers.
 */
function fieldsOf({ settings, limits }: Tuned, changes: readonly ChangedNumber[], policies: readonly PolicyIndex[]) {
  const has = (...names: readonly string[]) =>
    changes.some(({ path }) => names.every((name, index) => path[index] === name));
  const { step, cooldownMs, upAfter } = limits;
  const cooldown = {
    up: durationText(cooldownMs.up),
    ...(upAfter === 'up' && { upAfter }),
    down: durationText(cooldownMs.down),
  };
  const rules = (['scaleUp', 'scaleDown'] as const).filter((name) => has('autoscale', 'behavior', name));
  const behavior = Object.fromEntries(
    rules.map((name) => {
      const { stabilizationWindowSeconds } = settings.behavior[name] ?? {};
      return [name, { stabilizationWindowSeconds }];
    }),
  );
  return {
    ...(has('step') && { step: { up: step.up ?? 'all', down: step.down ?? 'all' } }),
    ...(has('cooldown') && { cooldown }),
    ...(has('autoscale') && {
      autoscale: {
        ...(rules.length > 0 && { behavior }),
        ...(policies.length > 0 && { policies: policies.map((index) => policyFields(settings, index, changes)) }),
      },
    }),
  };
}

/** The changed fields, after the two that say which policy it is. */
function policyFields({ policies }: Tuned['settings'], index: PolicyIndex, changes: readonly ChangedNumber[]) {
  const policy = policies[Number(index)] as Policy;
  const changed = changes.flatMap(({ path }) => (isInPolicy(path) && path[2] === index ? [path[3]] : []));
  return Object.fromEntries(
    Object.entries(policy).filter(([name]) => ['type', 'value'].includes(name) || changed.includes(name)),
  );
}

function namePolicies(document: Document, resource: string, policies: readonly PolicyIndex[]): void {
  const list = document.getIn(['resources', resource, 'autoscale', 'policies'], true);
  if (!isSeq(list)) return;
  for (const [index, item] of list.items.entries()) {
    if (isMap(item)) item.commentBefore = ` policies[${String(policies[index])}]; the others stay as they are`;
  }
}
