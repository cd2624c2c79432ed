/** Where policies are: in the groups of a job, in the files of the autoscaler, and in the API of Nomad. */
import { isMapping } from '../../config/file/path.js';
import { Fields } from '../fields.js';
import type { Manifest, Unsupported, Warning } from '../importer.js';
import { block, blocks, either, optional, optionalText, textOf, wholeOf } from './blocks.js';
import type { Group } from './targets.js';

export interface Policy {
  /** For the report: `Job web group cache`. */
  readonly document: string;
  /** The name of the resource, if no other has it. */
  readonly name: string;
  /** With `min`, `max`, `enabled` and `policy`. */
  readonly scaling: Fields;
  /** The minimum without `min`. */
  readonly count: number;
  readonly group: Group | undefined;
}

export interface Found {
  readonly policies: readonly Policy[];
  readonly warnings: readonly Warning[];
  readonly unsupported: readonly Unsupported[];
}

const nothing: Found = { policies: [], warnings: [], unsupported: [] };

/** Empty, if the document has no policy. */
export function policiesIn({ place, value }: Manifest): Found {
  if (!isMapping(value)) return nothing;
  const root = new Fields(place, value);
  if ('TaskGroups' in value) return jobOf(root, optionalText(root.at('ID')) ?? textOf(root.at('Name')));
  if (isMapping(value['Job'])) return jobOf(root.at('Job'), textOf(root.at('Job', 'ID')));
  if ('Policy' in value) return merged([{ ...nothing, policies: [ofApi(root)] }]);
  const jobs = blocks(root.at('job')).map(([name, job]) => jobOf(job, optionalText(job.at('id')) ?? name));
  const files = blocks(root.at('scaling')).map(([name, scaling]) => ({
    document: `scaling ${name}`,
    name,
    scaling,
    count: 0,
    group: undefined,
  }));
  return merged([...jobs, { ...nothing, policies: files }]);
}

function merged(found: readonly Found[]): Found {
  return {
    policies: found.flatMap(({ policies }) => policies),
    warnings: found.flatMap(({ warnings }) => warnings),
    unsupported: found.flatMap(({ unsupported }) => unsupported),
  };
}

function jobOf(job: Fields, id: string): Found {
  const groups = either(job, 'taskGroups').isPresent
    ? job
        .at('TaskGroups')
        .items()
        .map((group) => [textOf(group.at('Name')), group] as const)
    : blocks(job.at('group'));
  const scaled = groups.filter(([, group]) => either(group, 'scaling').isPresent);
  const namespace = optionalText(either(job, 'namespace'));
  const region = optionalText(either(job, 'region'));
  return {
    policies: scaled.map(([name, group]) => {
      const scaling = block(either(group, 'scaling'));
      return {
        document: `Job ${id} group ${name}`,
        name: scaled.length === 1 ? id : `${id}-${name}`,
        scaling,
        count: either(scaling, 'min').isPresent ? 0 : (optional(either(group, 'count'), wholeOf) ?? 1),
        group: { job: id, group: name, namespace, region },
      };
    }),
    warnings: [
      ...groups
        .filter((each) => !scaled.includes(each))
        .map(([, group]) => ({ path: group.place, message: 'has no scaling block, and is not imported' })),
      ...leftOut(
        job,
        groups.map(([, group]) => group),
      ),
    ],
    unsupported: groups.flatMap(([, group]) => tasksOf(group).flatMap(sizes)),
  };
}

/** `GET /v1/scaling/policy/:id` names the group in `Target`. */
function ofApi(root: Fields): Policy {
  const target = root.at('Target');
  const [job, group, namespace] = ['Job', 'Group', 'Namespace'].map((name) => optionalText(target.at(name)));
  const name = job ?? optionalText(root.at('ID')) ?? 'policy';
  return {
    document: `Policy ${name}`,
    name,
    scaling: root,
    count: 0,
    group: job === undefined || group === undefined ? undefined : { job, group, namespace, region: undefined },
  };
}

function tasksOf(group: Fields): readonly Fields[] {
  return either(group, 'tasks').isPresent
    ? group.at('Tasks').items()
    : blocks(group.at('task')).map(([, task]) => task);
}

/** Policies of a task change the CPU and the memory of its allocations (Dynamic Application Sizing). */
function sizes(task: Fields): readonly Unsupported[] {
  return [task.at('ScalingPolicies'), task.at('scaling')]
    .filter(({ isPresent }) => isPresent)
    .map((field) => ({
      path: taken(field).place,
      what: 'the sizing of a task',
      why: 'Escapement changes how many allocations run, and not their CPU and memory',
    }));
}

function taken(field: Fields): Fields {
  field.take();
  return field;
}

/** The other fields of a job and of its groups, in one line for each, because they say what runs and not how much. */
function leftOut(job: Fields, groups: readonly Fields[]): readonly Warning[] {
  return [job, ...groups].flatMap((fields) => {
    const names = fields
      .entries()
      .filter(([name, field]) => !ofScaling.includes(name) && field.unread().length > 0)
      .map(([name]) => name);
    if (names.length === 0) return [];
    const message = `has other fields, which do not affect scaling and are left out: ${names.join(', ')}`;
    return [{ path: fields.place, message }];
  });
}

const ofScaling = ['TaskGroups', 'group', 'Scaling', 'scaling'];
