/** The request of a pod, as the HorizontalPodAutoscaler sums it (`calculateRequests`, v1.36.3). */
import { AdapterError } from '../../net/errors.js';
import { thousandthsOf } from './quantity.js';
import type { Pod } from './workload.js';

interface Measured {
  readonly resource: 'cpu' | 'memory';
  /** Undefined: all containers. */
  readonly container?: string | undefined;
}

/**
 * Returns thousandths of cores or bytes. A request of the whole pod takes precedence over those of its containers. Init
 * containers count only if they run as long as the pod.
 * @throws AdapterError if a container has no request
 */
export function requestOf({ metadata, spec }: Pod, { resource, container }: Measured): number {
  const ofPod = spec.resources.requests[resource];
  if (ofPod !== undefined && container === undefined) {
    return thousandthsOf(ofPod) + thousandthsOf(spec.overhead[resource] ?? 0n);
  }
  const running = [
    ...spec.containers,
    ...spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ];
  const measured = container === undefined ? running : running.filter(({ name }) => name === container);
  if (measured.length === 0 && container !== undefined) {
    throw new AdapterError('invalid', `pod ${metadata.name} has no container ${container}. Check container.`);
  }
  return measured.reduce((sum, { name, resources }) => {
    const request = resources.requests[resource];
    if (request !== undefined) return sum + thousandthsOf(request);
    throw new AdapterError(
      'invalid',
      `container ${name} of pod ${metadata.name} requests no ${resource}. Set a request, or use measure: average.`,
    );
  }, 0);
}
