/** Every receiver by its type. A new receiver is one file and one line here. */
import { Registry } from '../../domain/registry.js';
import { cloudevents } from './cloudevents.js';
import { pagerduty } from './pagerduty.js';
import type { ReceiverDefinition } from './receiver.js';
import { slack } from './slack.js';

export const receivers = new Registry<ReceiverDefinition>([cloudevents, slack, pagerduty]);
