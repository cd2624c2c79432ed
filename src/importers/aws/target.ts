/** A scalable target as the platform of a resource. */
import { regionOfArn } from '../../adapters/net/aws.js';
import type { Fields } from '../fields.js';

interface Target {
  readonly name: string;
  /** The cluster, where the name alone may not be unique. */
  readonly cluster: string | undefined;
  readonly region: string | undefined;
  readonly platform: Readonly<Record<string, string>>;
  /** Seconds: the cooldown of a policy that sets none. */
  readonly defaultCooldown: number;
}

interface Unknown {
  readonly what: string;
  readonly why: string;
}

const otherNamespaces: Readonly<Partial<Record<string, string>>> = {
  ec2: 'a Spot Fleet has no platform here. For an EC2 Auto Scaling group there is auto-scaling-group',
  'custom-resource':
    'its API needs requests that are signed with AWS credentials. The platform generic-http scales an API with other authentication, and exec runs a command',
};

export function targetOf(target: Fields): Target | Unknown {
  const namespace = target.at('ServiceNamespace').text();
  const id = target.at('ResourceId').text();
  const dimension = target.at('ScalableDimension').text();
  const region = regionOfArn(target.at('ScalableTargetARN').peek());
  const inRegion = region !== undefined && { region };
  if (dimension === 'ecs:service:DesiredCount') {
    const [, cluster, service] = /^service\/([^/]+)\/([^/]+)$/.exec(id) ?? [];
    if (cluster === undefined || service === undefined) {
      throw target.at('ResourceId').invalid('is not service/<cluster>/<service>');
    }
    const platform = { type: 'ecs', cluster, service, ...inRegion };
    return { name: service, cluster, region, platform, defaultCooldown: 300 };
  }
  if (dimension === 'lambda:function:ProvisionedConcurrency') {
    const [, name, qualifier] = /^function:([^:]+):([^:]+)$/.exec(id) ?? [];
    if (name === undefined || qualifier === undefined) {
      throw target.at('ResourceId').invalid('is not function:<name>:<alias or version>');
    }
    const platform = { type: 'lambda-provisioned-concurrency', function: name, qualifier, ...inRegion };
    return { name, cluster: qualifier, region, platform, defaultCooldown: 0 };
  }
  return { what: dimension, why: otherNamespaces[namespace] ?? `no platform scales resources of ${namespace}` };
}
