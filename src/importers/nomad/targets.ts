/** What a policy scales: a group of a job, or the machines of a cloud. */
import type { Fields } from '../fields.js';
import type { Agent, Plugin } from './agent.js';
import { optionalText, textOf } from './blocks.js';
import type { Lost } from './checks.js';

interface Note {
  readonly field: Fields;
  readonly message: string;
}

interface Target {
  readonly platform: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Note[];
  readonly lost: readonly Lost[];
}

/** A group as the job or the API names it. */
export interface Group {
  readonly job: string;
  readonly group: string;
  readonly namespace: string | undefined;
  readonly region: string | undefined;
}

export const nomadTargets = ['nomad', 'nomad-target'];

export function groupTarget(of: Group, { server }: Agent): Target {
  const { job, group, namespace, region } = of;
  return {
    platform: {
      type: 'nomad',
      job,
      group,
      ...(namespace !== undefined && namespace !== 'default' && { namespace }),
      ...server,
      ...(region !== undefined && { region }),
    },
    warnings: [],
    lost: [],
  };
}

/** The machines of a target of a cloud. Undefined: Escapement has no such platform. */
export function cloudTarget(driver: string, block: Fields, { config }: Plugin): Target | undefined {
  const read = platforms[driver];
  if (read === undefined) return undefined;
  const setting = (name: string) => (block.at(name).isPresent ? block.at(name) : config.at(name));
  const platform = read(
    (name) => optionalText(setting(name)),
    (name) => textOf(setting(name)),
  );
  const secrets = credentials.map(setting).filter(({ isPresent }) => isPresent);
  const tuning = waits.map(setting).filter(({ isPresent }) => isPresent);
  const drains = nodes.map(setting).filter(({ isPresent }) => isPresent);
  for (const field of [...secrets, ...tuning, ...drains]) field.take();
  return {
    platform,
    warnings: [
      ...secrets.map((field) => ({ field, message: ownCredentials })),
      ...tuning.map((field) => ({ field, message: 'is left out: it is how long the autoscaler waits for the cloud' })),
    ],
    lost:
      drains.length === 0
        ? []
        : [{ field: block, what: drains.map(({ path }) => String(path.at(-1))).join(', '), why: noDrain }],
  };
}

const ownCredentials =
  'is not copied: Escapement signs in with the default credentials of the cloud, such as those of the environment';

const noDrain =
  'the autoscaler of Nomad chooses the clients to remove, drains them and purges them. Escapement sets the size of the group, and the cloud chooses the machines. Let a hook of the machine drain its client before it stops';

const credentials = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_credential_provider',
  'credentials',
  'tenant_id',
  'client_id',
  'secret_access_key',
];

const waits = ['retry_attempts', 'scale_in_protection', 'ignore_asg_events'];

const nodes = [
  'node_class',
  'node_pool',
  'datacenter',
  'node_drain_deadline',
  'node_drain_ignore_system_jobs',
  'node_purge',
  'node_selector_strategy',
];

type Read<Value> = (name: string) => Value;

const platforms: Readonly<
  Record<string, (optional: Read<string | undefined>, required: Read<string>) => Readonly<Record<string, unknown>>>
> = {
  'aws-asg': (optional, required) => ({
    type: 'auto-scaling-group',
    group: required('aws_asg_name'),
    region: optional('aws_region') ?? 'us-east-1',
  }),
  'gce-mig': (optional, required) => {
    const [zone, region] = [optional('zone'), optional('region')];
    return {
      type: 'google-instance-group',
      project: required('project'),
      ...(zone !== undefined ? { zone } : region !== undefined && { region }),
      group: required('mig_name'),
    };
  },
  'azure-vmss': (_, required) => ({
    type: 'azure-vm-scale-set',
    subscription: required('subscription_id'),
    resourceGroup: required('resource_group'),
    scaleSet: required('vm_scale_set'),
  }),
};
