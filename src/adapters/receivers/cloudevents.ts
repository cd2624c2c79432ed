/** Any HTTP endpoint: CloudEvents 1.0 as JSON, signed as Standard Webhooks describes. */
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { EventFields, ScalingEvent } from '../../domain/events/event.js';
import { eventKinds, typePrefix } from '../../domain/events/kinds.js';
import { withFix } from '../../domain/written/issue.js';
import { addressSetting } from '../net/server-address.js';
import { tlsOptions, tlsSettings } from '../net/tls.js';
import { httpReceiver } from './http-receiver.js';
import { defineReceiver } from './receiver.js';

const secret = z.string().regex(/^(whsec_)?(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
  error: withFix('is not a signing secret', 'make one with: echo "whsec_$(openssl rand -base64 32)"'),
});

const settings = z.strictObject({
  url: addressSetting(['https', 'http']).describe('Address to which each event is sent by POST.'),
  secret: z
    .union([secret, z.array(secret).min(1).max(3)])
    .describe(
      'Secret of the signature, `whsec_` and at least 18 bytes in base64, preferably as "${NAME}" or "${file:/path}". With a list, each event has one signature per secret: to replace a secret, add the new one, change the receiver, and remove the old one.',
    ),
  source: z
    .string()
    .min(1)
    .max(200)
    .refine((text) => URL.canParse(text, 'https://here'), { error: withFix('is not a URI', 'write a URI or a path') })
    .default('/escapement')
    .describe('The CloudEvents attribute `source`, to distinguish installations: a URI or a path.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Additional request headers, such as an API key. Their values are treated as secrets.'),
  tls: tlsSettings.optional(),
});

export const cloudevents = defineReceiver({
  type: 'cloudevents',
  summary: 'Any HTTP endpoint: CloudEvents 1.0 as JSON, signed as Standard Webhooks describes.',
  settings,
  kinds: eventKinds,
  create({ url, secret, source, headers, tls }) {
    const secrets = typeof secret === 'string' ? [secret] : secret;
    const signers = secrets.map((each) => new Webhook(each));
    const hidden = [...secrets, ...secrets.map((each) => each.replace('whsec_', '')), ...Object.values(headers)];
    return httpReceiver({ address: url, tls: tlsOptions(tls), secrets: hidden }, (event) => {
      const body = JSON.stringify(cloudEventOf(event, source));
      // The time of this attempt: receivers refuse a signature that is older than some minutes.
      const now = new Date();
      return {
        headers: {
          ...headers,
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'webhook-id': event.id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': signers.map((signer) => signer.sign(event.id, now, body)).join(' '),
        },
        body,
      };
    });
  },
});

interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The resource. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: EventFields;
}

function cloudEventOf({ id, kind, resource, atMs, data }: ScalingEvent, source: string): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source,
    type: `${typePrefix}${kind}`,
    subject: resource,
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
