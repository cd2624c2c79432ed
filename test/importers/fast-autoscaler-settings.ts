/** Settings of the ECS fast autoscaler that many decisions share, by the names of the event. */
export type Settings = Readonly<Record<string, number | boolean>>;

export const defaults: Settings = {};
/** A step and a factor that limit nothing. */
export const wide = {
  min_tasks: 1,
  max_tasks: 100,
  scale_up_threshold: 100,
  scale_down_threshold: 10,
  scaling_step_count: 1000,
  max_scale_down_factor: 1,
};
