/** A service of PagerDuty, through the Events API v2: alerts that resolve themselves. */
import { z } from 'zod';
import type { ScalingEvent } from '../../domain/events/event.js';
import type { AnyEventKind, EventKind } from '../../domain/events/kinds.js';
import { sentenceOf } from '../../domain/events/sentence.js';
import { addressSetting } from '../net/server-address.js';
import { httpReceiver } from './http-receiver.js';
import { defineReceiver } from './receiver.js';

const settings = z.strictObject({
  routingKey: z
    .string()
    .length(32)
    .describe('Integration key of the service (Events API v2), preferably as "${NAME}" or "${file:/path}".'),
  url: addressSetting(['https', 'http'])
    .default('https://events.pagerduty.com/v2/enqueue')
    .describe('Address of the Events API. Accounts in the EU: `https://events.eu.pagerduty.com/v2/enqueue`.'),
});

interface Alert {
  readonly action: 'trigger' | 'resolve';
  /** Events about the same problem of the same resource change one alert. */
  readonly problem: 'run' | 'fallback' | 'pause' | 'events';
  readonly severity: 'critical' | 'error' | 'warning' | 'info';
}

const alerts: Partial<Readonly<Record<AnyEventKind, Alert>>> = {
  'run.failed': { action: 'trigger', problem: 'run', severity: 'error' },
  'change.refused': { action: 'trigger', problem: 'run', severity: 'warning' },
  'request.refused': { action: 'trigger', problem: 'run', severity: 'warning' },
  'target.reached': { action: 'resolve', problem: 'run', severity: 'info' },
  'fallback.entered': { action: 'trigger', problem: 'fallback', severity: 'warning' },
  'fallback.left': { action: 'resolve', problem: 'fallback', severity: 'info' },
  'autoscaler.paused': { action: 'trigger', problem: 'pause', severity: 'error' },
  'autoscaler.resumed': { action: 'resolve', problem: 'pause', severity: 'info' },
  'events.dropped': { action: 'trigger', problem: 'events', severity: 'warning' },
};

export const pagerduty = defineReceiver({
  type: 'pagerduty',
  summary: 'A service of PagerDuty, through the Events API v2: alerts that resolve themselves.',
  settings,
  kinds: Object.keys(alerts).filter((kind) => kind !== 'events.dropped') as EventKind[], // the keys of `alerts`
  create: ({ routingKey, url }) =>
    httpReceiver({ address: url, secrets: [routingKey] }, (event) => {
      const body = requestFor(event, routingKey);
      return body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    }),
});

/** Undefined for an event that is no reason to alert anyone. */
function requestFor(event: ScalingEvent, routingKey: string) {
  const alert = alerts[event.kind];
  // A person who pauses an autoscaler is aware of it.
  if (!alert || (event.kind === 'autoscaler.paused' && event.data['by'] !== 'autoscaler')) return undefined;
  return {
    routing_key: routingKey,
    event_action: alert.action,
    dedup_key: `escapement/${event.resource}/${alert.problem}`,
    client: 'Escapement',
    payload: {
      summary: sentenceOf(event).slice(0, longestSummary),
      source: event.resource,
      severity: alert.severity,
      timestamp: new Date(event.atMs).toISOString(),
      component: event.resource,
      group: 'escapement',
      class: event.kind,
      custom_details: { id: event.id, ...event.data },
    },
  };
}

/** The limit of the Events API. */
const longestSummary = 1024;
