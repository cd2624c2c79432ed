/** Policies of the Nomad Autoscaler: in jobs, in its own files, and from the API of Nomad. */
import { formatPath, isInside, type Path } from '../../config/file/path.js';
import { uniqueNames } from '../alias.js';
import type { Fields } from '../fields.js';
import {
  type Imported,
  type Importer,
  ImportError,
  type Manifest,
  type Unsupported,
  type Warning,
} from '../importer.js';
import { type Agent, agentOf, isAgent } from './agent.js';
import { autoscaleOf } from './autoscale.js';
import { asKey, block, blocks, either, flagOf, optional, optionalText, wholeOf } from './blocks.js';
import { policiesIn, type Policy } from './documents.js';
import { readNomad } from './read.js';
import { cloudTarget, groupTarget, nomadTargets } from './targets.js';

export const nomad: Importer = {
  kind: 'nomad',
  summary: 'scaling blocks of Nomad jobs, and policies and configuration of the Nomad Autoscaler, as HCL or JSON',
  read: readNomad,
  convert,
};

/** What Nomad and an import of it do differently, whatever the policy says. */
const always: readonly Warning[] = [
  'Stop the Nomad Autoscaler, or disable the policies, before you start Escapement: both would change the count. The scaling block may stay in the job, and Nomad refuses a count outside its min and max.',
  'Nomad skips an evaluation while the job is not ready, and does nothing if a query fails. Here, the units that are not ready count, and a check without data only blocks scaling in.',
].map((message) => ({ path: '', message }));

interface Converted {
  readonly name: string;
  readonly namespace: undefined;
  /** Two policies with the same key scale the same object. */
  readonly key: string;
  readonly document: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
  readonly unsupported: readonly Unsupported[];
}

function convert(manifests: readonly Manifest[]): Imported {
  const agent = agentOf(manifests.filter(isAgent));
  const found = manifests.map(policiesIn);
  const policies = found.flatMap((each) => each.policies);
  if (policies.length === 0) {
    const places = manifests.map(({ place }) => place).join(', ') || 'nothing';
    throw new ImportError(`The input has no scaling block and no policy. It contains: ${places}.`);
  }
  const converted = policies.map((policy) => convertOne(policy, agent));
  const known = converted.filter((one) => 'fields' in one);
  const resources = known.filter((one, index) => !known.slice(0, index).some(({ key }) => key === one.key));
  if (resources.length === 0) throw new ImportError(noneSupported(converted));
  const aliases = uniqueNames(resources);
  return {
    resources: resources.map(({ fields }, index) => ({ alias: aliases[index] ?? '', fields, comments: [] })),
    warnings: [
      ...always,
      ...agent.warnings,
      ...found.flatMap(({ warnings }) => warnings),
      ...resources.flatMap(({ warnings }) => warnings),
      ...agent.left(),
    ],
    unsupported: [
      ...converted.flatMap((one) => ('fields' in one ? [] : [one])),
      ...known
        .filter((one) => !resources.includes(one))
        .map(({ document }) => ({
          path: document,
          what: 'the whole policy',
          why: "another policy of the input scales the same object, and two would undo each other's changes",
        })),
      ...resources.flatMap(({ unsupported }) => unsupported),
      ...found.flatMap(({ unsupported }) => unsupported),
    ],
  };
}

function convertOne({ document, name, scaling, count, group }: Policy, agent: Agent): Converted | Unsupported {
  const policy = block(either(scaling, 'policy'));
  const target = targetOf(policy, group, agent);
  if (target.kind === 'unsupported') return { path: document, what: 'the whole policy', why: target.why };
  const { min, max } = boundsOf(scaling, count);
  const autoscale = autoscaleOf(policy, agent, min);
  const isStuck = min === 0 && !autoscale.leavesZero;
  const isEnabled = optional(either(scaling, 'enabled'), flagOf) ?? true;
  for (const field of ['type', 'Type', 'ID', 'Target']) scaling.at(field).take();
  const isDry = !isEnabled || target.isDryRun;
  return {
    name,
    namespace: undefined,
    key: JSON.stringify(target.platform),
    document,
    fields: {
      platform: target.platform,
      min: isStuck ? 1 : min,
      max,
      cooldown: autoscale.cooldown,
      ...(isDry && { dryRun: true }),
      ...(autoscale.autoscale !== undefined && { autoscale: autoscale.autoscale }),
    },
    warnings: [
      ...(isEnabled ? [] : [{ path: either(scaling, 'enabled').place, message: disabled }]),
      ...[...target.warnings, ...autoscale.warnings].map(({ field, message }) => ({ path: field.place, message })),
    ],
    unsupported: [
      ...[...target.lost, ...autoscale.lost].map(({ field, what, why }) => ({ path: field.place, what, why })),
      ...(isStuck ? [{ path: either(scaling, 'min').place, what: 'min = 0', why: stuck }] : []),
      ...unknown(scaling),
    ],
  };
}

function noneSupported(converted: readonly (Converted | Unsupported)[]): string {
  const reasons = converted.map((one) => ('fields' in one ? '' : `${one.path}: ${one.why}.`));
  return `No policy of the input can be imported. ${reasons.join(' ')}`;
}

const disabled =
  'is false: the resource has dryRun: true, so that it decides and changes nothing. Remove it to let it scale';

const stuck = 'no check recommends more than zero units at zero. min is 1';

function boundsOf(scaling: Fields, count: number) {
  const min = optional(either(scaling, 'min'), wholeOf) ?? count;
  const max = wholeOf(either(scaling, 'max'));
  if (min < 0 || max < min) throw either(scaling, 'max').invalid(`is below min, which is ${min}`);
  return { min, max };
}

function targetOf(policy: Fields, group: Policy['group'], agent: Agent) {
  const [written] = blocks(policy.at('target'));
  const [name, content] = written ?? ['nomad-target', policy.at('target')];
  const { driver, config } = agent.target(name);
  const isDryRun = written !== undefined && optional(content.at('dry-run'), flagOf) === true;
  if (nomadTargets.includes(driver)) {
    const [job, named, namespace] = ['Job', 'Group', 'Namespace'].map((field) =>
      written === undefined ? undefined : optionalText(content.at(field)),
    );
    const of = {
      job: job ?? group?.job,
      group: named ?? group?.group,
      namespace: namespace ?? group?.namespace,
      region: group?.region,
    };
    if (of.job === undefined || of.group === undefined) throw policy.invalid('has no target with Job and Group');
    return { kind: 'supported' as const, isDryRun, ...groupTarget({ ...of, job: of.job, group: of.group }, agent) };
  }
  const cloud = cloudTarget(driver, content, { driver, config });
  if (cloud !== undefined) return { kind: 'supported' as const, isDryRun, ...cloud };
  const why = `Escapement has no platform for the target ${driver}. A target that has an HTTP API can be a platform of generic-http`;
  return { kind: 'unsupported' as const, why };
}

/** Fields of the scaling block that nobody read. */
function unknown(scaling: Fields): readonly Unsupported[] {
  const paths = scaling.unread().filter((path) => isInside(path, scaling.path) && !isBookkeeping(path));
  return paths.map((path) => ({
    path: scaling.at(...path.slice(scaling.path.length).map(asKey)).place,
    what: 'the field',
    why: `the import does not know ${formatPath(path.slice(-1))} at this place`,
  }));
}

/** What Nomad itself writes into a policy. */
function isBookkeeping(path: Path): boolean {
  return ['CreateIndex', 'ModifyIndex', 'Namespace'].includes(String(path.at(-1)));
}
