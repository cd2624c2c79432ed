/**
 * The metric families of Escapement: names, units and labels. Data only, so that workflows and activities, which count
 * through the SDK's meter, and the rest of the process use the same definitions. `docs/metrics.md` is generated from it.
 *
 * Names follow https://prometheus.io/docs/practices/naming: base units, `_total` for counters. Every label has a bounded
 * set of values: names in the configuration and words of Escapement, never an id, a message or a path.
 */
export interface MetricFamily {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** The upper bounds of the buckets of a histogram. */
  readonly buckets?: readonly number[];
  readonly from: MetricOrigin;
}

/**
 * Which process has the metric. `watch`: the worker that watches the resource, and the API where no worker watches it
 * because it is not autoscaled.
 */
export type MetricOrigin = 'watch' | 'worker' | 'api' | 'every process';

const callSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const metricFamilies = {
  // One resource as it is now.
  desiredCapacity: {
    name: 'escapement_desired_capacity',
    type: 'gauge',
    help: 'The capacity that the resource should have: the target of the last evaluation, or of the last scale run where the resource is not autoscaled.',
    labels: ['resource'],
    from: 'watch',
  },
  observedCapacity: {
    name: 'escapement_observed_capacity',
    type: 'gauge',
    help: 'The capacity that the platform showed when it was last read.',
    labels: ['resource'],
    from: 'watch',
  },
  readyCapacity: {
    name: 'escapement_ready_capacity',
    type: 'gauge',
    help: 'How many of the observed units were ready. Absent where the platform does not report it.',
    labels: ['resource'],
    from: 'watch',
  },
  minCapacity: {
    name: 'escapement_min_capacity',
    type: 'gauge',
    help: 'The minimum in force.',
    labels: ['resource'],
    from: 'watch',
  },
  maxCapacity: {
    name: 'escapement_max_capacity',
    type: 'gauge',
    help: 'The maximum in force. Absent where there is none.',
    labels: ['resource'],
    from: 'watch',
  },
  recommendedCapacity: {
    name: 'escapement_recommended_capacity',
    type: 'gauge',
    help: 'What the policies recommended in the last evaluation, before any limit.',
    labels: ['resource'],
    from: 'worker',
  },
  limited: {
    name: 'escapement_limited',
    type: 'gauge',
    help: '1 for each limit that changed the number in the last evaluation. Absent for all others.',
    labels: ['resource', 'limit'],
    from: 'worker',
  },
  fallbackInForce: {
    name: 'escapement_fallback_in_force',
    type: 'gauge',
    help: '1 while the fallback replaces the recommendation of a policy without data, also where that changes no number, else 0.',
    labels: ['resource'],
    from: 'worker',
  },
  paused: {
    name: 'escapement_paused',
    type: 'gauge',
    help: '1 while the policies are paused in this direction (up, down or both). Absent otherwise.',
    labels: ['resource', 'direction'],
    from: 'worker',
  },
  overrideCapacity: {
    name: 'escapement_override_capacity',
    type: 'gauge',
    help: 'The capacity of the override in force. Absent where there is none.',
    labels: ['resource'],
    from: 'worker',
  },
  lastEvaluation: {
    name: 'escapement_last_evaluation_timestamp_seconds',
    type: 'gauge',
    help: 'When the policies were last evaluated with success, in seconds since the epoch.',
    labels: ['resource'],
    from: 'worker',
  },
  evaluationInterval: {
    name: 'escapement_evaluation_interval_seconds',
    type: 'gauge',
    help: 'The configured interval between two evaluations.',
    labels: ['resource'],
    from: 'worker',
  },
  signalValue: {
    name: 'escapement_signal_value',
    type: 'gauge',
    help: 'The newest value of the signal. Absent where there has never been one.',
    labels: ['resource', 'signal'],
    from: 'worker',
  },
  signalAge: {
    name: 'escapement_signal_age_seconds',
    type: 'gauge',
    help: 'How old the newest value of the signal is now.',
    labels: ['resource', 'signal'],
    from: 'worker',
  },
  signalFailing: {
    name: 'escapement_signal_failing',
    type: 'gauge',
    help: '1 where the last sample of the signal failed, else 0. A failed sample is never read as zero.',
    labels: ['resource', 'signal'],
    from: 'worker',
  },
  platformFailing: {
    name: 'escapement_platform_failing',
    type: 'gauge',
    help: '1 where the last read of the platform failed, so that no decision is possible, else 0.',
    labels: ['resource'],
    from: 'worker',
  },
  runPhase: {
    name: 'escapement_run_phase',
    type: 'gauge',
    help: '1 for the current phase of the scale run of the resource: idle where it has had none, unattended where no worker answers for it. Absent for all other phases.',
    labels: ['resource', 'phase'],
    from: 'api',
  },
  targetCapacity: {
    name: 'escapement_target_capacity',
    type: 'gauge',
    help: 'The target of the open scale run. Absent where no run is open.',
    labels: ['resource'],
    from: 'api',
  },
  cooldownLeft: {
    name: 'escapement_cooldown_left_seconds',
    type: 'gauge',
    help: 'How long until the next change in this direction may be made. 0 when it may be made now.',
    labels: ['resource', 'direction'],
    from: 'api',
  },
  autoscalerWatched: {
    name: 'escapement_autoscaler_watched',
    type: 'gauge',
    help: '1 where a worker watches the autoscaled resource, 0 where something prevents that; GET /readyz has the reason.',
    labels: ['resource'],
    from: 'api',
  },
  // What has happened.
  changes: {
    name: 'escapement_changes_total',
    type: 'counter',
    help: 'Changes of capacity by outcome: accepted, rejected (by the platform), unknown (its effect is determined before anything else is sent), not_sent, dry_run.',
    labels: ['resource', 'direction', 'outcome'],
    from: 'worker',
  },
  steps: {
    name: 'escapement_steps_total',
    type: 'counter',
    help: 'Changes whose effect the platform has shown.',
    labels: ['resource', 'direction'],
    from: 'worker',
  },
  runs: {
    name: 'escapement_runs_total',
    type: 'counter',
    help: 'Scale runs that have ended, by outcome: reached, cancelled, or the type of the failure.',
    labels: ['resource', 'outcome'],
    from: 'worker',
  },
  decisions: {
    name: 'escapement_decisions_total',
    type: 'counter',
    help: 'Decisions of the policies that were requested from a scale run. limited_by is the last limit that changed the number, or none. outcome: requested, or refused by the run.',
    labels: ['resource', 'direction', 'limited_by', 'outcome'],
    from: 'worker',
  },
  evaluationDuration: {
    name: 'escapement_evaluation_duration_seconds',
    type: 'histogram',
    help: 'Duration of one evaluation, with the read of the platform and the samples of all signals.',
    labels: [],
    buckets: callSeconds,
    from: 'worker',
  },
  sampleDuration: {
    name: 'escapement_signal_sample_duration_seconds',
    type: 'histogram',
    help: 'Duration of one sample of a signal, by type of source.',
    labels: ['source'],
    buckets: callSeconds,
    from: 'worker',
  },
  signalErrors: {
    name: 'escapement_signal_errors_total',
    type: 'counter',
    help: 'Samples of a signal that failed.',
    labels: ['resource', 'signal'],
    from: 'worker',
  },
  platformDuration: {
    name: 'escapement_platform_request_duration_seconds',
    type: 'histogram',
    help: 'Duration of one read or change of a platform. operation: observe or change.',
    labels: ['platform', 'operation'],
    buckets: callSeconds,
    from: 'worker',
  },
  platformErrors: {
    name: 'escapement_platform_errors_total',
    type: 'counter',
    help: 'Reads of the platform of a resource that failed.',
    labels: ['resource'],
    from: 'worker',
  },
  // The processes.
  taskQueuePolled: {
    name: 'escapement_task_queue_polled',
    type: 'gauge',
    help: '1 while the Temporal server sees the worker of this process polling the task queue, else 0.',
    labels: ['task_queue'],
    from: 'worker',
  },
  temporalReachable: {
    name: 'escapement_temporal_reachable',
    type: 'gauge',
    help: '1 where Temporal answered the last check of the API, which is made every 5 seconds, else 0.',
    labels: [],
    from: 'api',
  },
  httpDuration: {
    name: 'escapement_http_request_duration_seconds',
    type: 'histogram',
    help: 'Duration of one request to the API, by the pattern of its route. A request that waits for its target (Prefer: wait) lasts that long.',
    labels: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    from: 'api',
  },
  buildInfo: {
    name: 'escapement_build_info',
    type: 'gauge',
    help: 'Always 1. The version of Escapement and of Node.js.',
    labels: ['version', 'node'],
    from: 'every process',
  },
} as const satisfies Record<string, MetricFamily>;
