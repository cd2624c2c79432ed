/** The workflows that the worker bundles. */
export { autoscale } from './autoscale/workflow.js';
export { events } from './events/workflow.js';
export { plan } from './plan/workflow.js';
export { scale } from './scale/workflow.js';
