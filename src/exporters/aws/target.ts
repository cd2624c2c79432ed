/** The platform of a resource as a scalable target. */
import type { Remarks, Source } from '../exporter.js';

export interface Target {
  readonly of: { readonly ServiceNamespace: string; readonly ResourceId: string; readonly ScalableDimension: string };
}

/** @returns undefined if Application Auto Scaling does not scale this platform. */
export function targetOf({ fields, config, alias }: Source, remarks: Remarks): Target | undefined {
  const platform = fields.at('platform');
  const { type } = config.platform;
  platform.at('type').take();
  for (const field of ['region', 'endpoint']) {
    const setting = platform.at(field);
    if (!setting.isPresent) continue;
    remarks.warn(setting, `is ${setting.text()}, and is not part of the output: run the commands there`);
  }
  if (type === 'ecs') {
    const service = platform.at('service').optionalText() ?? alias;
    const cluster = platform.at('cluster').text();
    const ResourceId = `service/${lastPart(cluster, '/')}/${lastPart(service, '/')}`;
    return { of: { ServiceNamespace: 'ecs', ResourceId, ScalableDimension: 'ecs:service:DesiredCount' } };
  }
  if (type === 'lambda-provisioned-concurrency') {
    const name = lastPart(platform.at('function').optionalText() ?? alias, ':');
    const ResourceId = `function:${name}:${platform.at('qualifier').text()}`;
    return {
      of: { ServiceNamespace: 'lambda', ResourceId, ScalableDimension: 'lambda:function:ProvisionedConcurrency' },
    };
  }
  fields.take();
  const why =
    type === 'auto-scaling-group'
      ? 'EC2 Auto Scaling scales a group, with commands and policies of its own'
      : 'Application Auto Scaling scales services of ECS and the provisioned concurrency of Lambda here';
  remarks.drop(platform, `the whole resource, on the platform ${type}`, why);
  return undefined;
}

/** `arn:aws:ecs:eu-west-1:123456789012:cluster/main` -> `main` */
function lastPart(nameOrArn: string, separator: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.lastIndexOf(separator) + 1) : nameOrArn;
}
