/** A channel of Slack, through an incoming webhook. */
import { z } from 'zod';
import type { ScalingEvent } from '../../domain/events/event.js';
import { eventKinds } from '../../domain/events/kinds.js';
import { isProblem, sentenceOf } from '../../domain/events/sentence.js';
import { addressSetting } from '../net/server-address.js';
import { httpReceiver } from './http-receiver.js';
import { defineReceiver } from './receiver.js';

const settings = z.strictObject({
  url: addressSetting(['https', 'http']).describe(
    'Address of the incoming webhook, preferably as "${NAME}" or "${file:/path}": anyone who has it can post.',
  ),
});

export const slack = defineReceiver({
  type: 'slack',
  summary: 'A channel of Slack, through an incoming webhook: one message per event.',
  settings,
  kinds: eventKinds,
  create: ({ url }) =>
    httpReceiver({ address: url, secrets: [] }, (event) => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(messageOf(event)),
    })),
});

/** `text` is what notifications show, and `blocks` what the channel shows. */
function messageOf(event: ScalingEvent) {
  const text = escaped(sentenceOf(event));
  const { workflowId, runId } = event.data;
  const at = Math.floor(event.atMs / 1000);
  const details = [
    `<!date^${at}^{date_short_pretty} {time_secs}|${new Date(event.atMs).toISOString()}>`,
    `\`${event.kind}\``,
    ...(typeof workflowId === 'string' ? [`${escaped(workflowId)} ${escaped(String(runId ?? ''))}`.trim()] : []),
  ];
  return {
    text,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${isProblem(event.kind) ? ':warning: ' : ''}${text}` } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: details.join(' · ') }] },
    ],
  };
}

/** The three characters that have a meaning in every text of Slack. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
