/** The importers, by the name that `escapement import` takes. */
import { aws } from './aws/aws.js';
import { fastAutoscaler } from './fast-autoscaler/fast-autoscaler.js';
import { hpa } from './hpa/hpa.js';
import type { Importer } from './importer.js';
import { keda } from './keda/keda.js';
import { knative } from './knative/knative.js';
import { nomad } from './nomad/nomad.js';
import { omnistrate } from './omnistrate/omnistrate.js';

export const importers: readonly Importer[] = [hpa, keda, knative, aws, fastAutoscaler, omnistrate, nomad];
