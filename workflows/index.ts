/** The workflows that the worker bundles. */
export { autoscale } from './autoscale/workflow.js';
export { scale } from './scale/workflow.js';
