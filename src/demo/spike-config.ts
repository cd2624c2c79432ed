/** The example of the queue-backpressure guide as escapement.yaml, with shorter times for a person who watches. */

export const resource = 'analyzers';
export const bounds = { min: 2, max: 10 } as const;

/** The guide checks every 10 s and has a cooldown of 30 s. */
export const shortened = 'checked every second instead of every 10 s, with a cooldown of 4 s instead of 30 s';

export function spikeConfig(sidecarUrl: string, signal: string): string {
  return `version: 1
resources:
  ${resource}:
    platform: { type: omnistrate, url: "${sidecarUrl}" }
    min: ${bounds.min}
    max: ${bounds.max}
    step: { up: 2, down: 1 }
    cooldown: 4s
    settle: 2s
    waitForActive: { timeout: 1m, interval: 500ms }
    requestTimeout: 5s
    autoscale:
      interval: 1s
      signals:
        depth: ${signal}
      policies:
        - { type: thresholds, value: depth, up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } }
`;
}
