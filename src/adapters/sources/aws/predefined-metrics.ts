/**
 * The predefined metrics of AWS target tracking, by their names in Application Auto Scaling and EC2 Auto Scaling, and
 * the metric of CloudWatch that AWS reads for each of them.
 */
import type { Metric } from './cloudwatch-metric.js';

interface Predefined {
  /** How the resource is written, for messages. */
  readonly form: string;
  /** The resource as its ID or label in AWS, or as the end of its ARN. */
  readonly pattern: RegExp;
  metricOf(parts: readonly string[]): Metric;
}

const ecsService = {
  form: 'service/<cluster>/<service>',
  pattern: /^(?:arn:[^/]*:)?service\/([^/\s]+)\/([^/\s]+)$/,
};

const autoScalingGroup = {
  form: 'the name of the Auto Scaling group',
  pattern: /^(?:arn:[^/]*autoScalingGroupName\/|autoScalingGroup\/)?([^/:]+)$/,
};

const ecs = (metric: string): Predefined => ({
  ...ecsService,
  metricOf: ([ClusterName = '', ServiceName = '']) => ({
    namespace: 'AWS/ECS',
    metric,
    dimensions: { ClusterName, ServiceName },
    statistic: 'Average',
  }),
});

const ec2 = (metric: string): Predefined => ({
  ...autoScalingGroup,
  metricOf: ([AutoScalingGroupName = '']) => ({
    namespace: 'AWS/EC2',
    metric,
    dimensions: { AutoScalingGroupName },
    statistic: 'Average',
  }),
});

/** The metric does not depend on what is behind the target group: an ECS service or an Auto Scaling group. */
const loadBalancer: Predefined = {
  form: 'app/<load balancer>/<id>/targetgroup/<target group>/<id>',
  pattern: /^(?:arn:[^/]*:|(app\/[^/\s]+\/[^/\s]+)\/)?(targetgroup\/[^/\s]+\/[^/\s]+)$/,
  metricOf: ([LoadBalancer = '', TargetGroup = '']) => ({
    namespace: 'AWS/ApplicationELB',
    metric: 'RequestCountPerTarget',
    dimensions: { TargetGroup, ...(LoadBalancer !== '' && { LoadBalancer }) },
    statistic: 'Sum',
  }),
};

const lambda: Predefined = {
  form: 'function:<name>:<alias or version>',
  pattern: /^(?:arn:[^/]*:)?function:([^:\s]+):([^:\s]+)$/,
  metricOf: ([FunctionName = '', version = '']) => ({
    namespace: 'AWS/Lambda',
    metric: 'ProvisionedConcurrencyUtilization',
    dimensions: { FunctionName, Resource: `${FunctionName}:${version}` },
    statistic: 'Average',
  }),
};

const predefined = {
  ECSServiceAverageCPUUtilization: ecs('CPUUtilization'),
  ECSServiceAverageMemoryUtilization: ecs('MemoryUtilization'),
  ALBRequestCountPerTarget: loadBalancer,
  ASGAverageCPUUtilization: ec2('CPUUtilization'),
  ASGAverageNetworkIn: ec2('NetworkIn'),
  ASGAverageNetworkOut: ec2('NetworkOut'),
  LambdaProvisionedConcurrencyUtilization: lambda,
} as const satisfies Readonly<Record<string, Predefined>>;

export type PredefinedName = keyof typeof predefined;

export const predefinedNames = Object.keys(predefined) as PredefinedName[];

export function predefinedForm(name: PredefinedName): string {
  return predefined[name].form;
}

/** @returns undefined if the resource does not have the form of this metric. */
export function predefinedMetric(name: PredefinedName, resource: string): Metric | undefined {
  const found = predefined[name].pattern.exec(resource);
  return found === null ? undefined : predefined[name].metricOf(found.slice(1));
}

const fromAlarm = 'write the namespace, metric, dimensions and statistic of the alarm that AWS made for the policy';
const fields = (namespace: string, metric: string, dimensions: string, statistic = 'Average') =>
  `write namespace: ${namespace}, metric: ${metric}, dimensions: { ${dimensions} }, statistic: ${statistic}`;
const endpointVariant = 'EndpointName: ..., VariantName: ...';
const readers = "DBClusterIdentifier: ..., Role: 'READER'";

/** The other predefined metrics, of resources that Escapement does not scale, and what to write in their place. */
export const otherPredefined: Readonly<Partial<Record<string, string>>> = {
  EC2SpotFleetRequestAverageCPUUtilization: fields('AWS/EC2Spot', 'CPUUtilization', 'FleetRequestId: ...'),
  EC2SpotFleetRequestAverageNetworkIn: fields('AWS/EC2Spot', 'NetworkIn', 'FleetRequestId: ...'),
  EC2SpotFleetRequestAverageNetworkOut: fields('AWS/EC2Spot', 'NetworkOut', 'FleetRequestId: ...'),
  SageMakerVariantInvocationsPerInstance: fields('AWS/SageMaker', 'InvocationsPerInstance', endpointVariant, 'Sum'),
  SageMakerVariantProvisionedConcurrencyUtilization: fromAlarm,
  SageMakerVariantConcurrentRequestsPerModelHighResolution: fromAlarm,
  SageMakerInferenceComponentInvocationsPerCopy: fromAlarm,
  SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution: fromAlarm,
  RDSReaderAverageCPUUtilization: fields('AWS/RDS', 'CPUUtilization', readers),
  RDSReaderAverageDatabaseConnections: fields('AWS/RDS', 'DatabaseConnections', readers),
  NeptuneReaderAverageCPUUtilization: fields('AWS/Neptune', 'CPUUtilization', readers),
  ElastiCachePrimaryEngineCPUUtilization: fromAlarm,
  ElastiCacheReplicaEngineCPUUtilization: fromAlarm,
  ElastiCacheEngineCPUUtilization: fromAlarm,
  ElastiCacheDatabaseMemoryUsagePercentage: fromAlarm,
  ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage: fromAlarm,
  ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage: fromAlarm,
  DynamoDBReadCapacityUtilization: fromAlarm,
  DynamoDBWriteCapacityUtilization: fromAlarm,
  CassandraReadCapacityUtilization: fromAlarm,
  CassandraWriteCapacityUtilization: fromAlarm,
  KafkaBrokerStorageUtilization: fromAlarm,
  AppStreamAverageCapacityUtilization: fromAlarm,
  ComprehendInferenceUtilization: fromAlarm,
  WorkSpacesAverageUserSessionsCapacityUtilization: fromAlarm,
};
