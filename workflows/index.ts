/** What the worker bundles. */
export { scale } from './scale.js';
