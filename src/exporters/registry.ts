/** The exporters, by the name that `escapement export` takes. */
import { aws } from './aws/aws.js';
import type { Exporter } from './exporter.js';
import { hpa } from './hpa/hpa.js';
import { keda } from './keda/keda.js';

export const exporters: readonly Exporter[] = [hpa, keda, aws];
