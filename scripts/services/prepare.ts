/** Builds what takes longer than a test may, before the tests of real servers begin. */
import { kubernetesProgram } from './kubernetes.js';

const startedAtMs = performance.now();
console.log('Kubernetes: building its API server, unless it is there already (minutes, the first time) ...');
await kubernetesProgram();
console.log(`Kubernetes: there after ${Math.round((performance.now() - startedAtMs) / 1000)} s`);
