/** What the worker bundles. */
export { autoscale } from './autoscale.js';
export { scale } from './scale.js';
