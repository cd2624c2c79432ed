import { describe, expect, it, test } from '@jest/globals';
import { eventKinds } from '../../src/domain/events/kinds.js';
import { errorLines, linesOf, read } from './written.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function fileWith(events: string): string {
  return `version: 1
events:
${events.replaceAll(/^/gm, '  ')}
resources:
  web: { platform: omnistrate, min: 1, max: 6 }
  api-public: { platform: omnistrate, min: 1, max: 6 }
`;
}

describe('events: in escapement.yaml', () => {
  it('keeps the settings of a receiver as they are written, with every kind by default', async () => {
    const { events } = await read(
      fileWith("ops: { type: cloudevents, url: 'https://ops/', secret: '${SECRET}', headers: { x-key: '${KEY}' } }"),
      { SECRET: secret, KEY: 'k3y-of-ops' },
    );
    expect(events).toEqual({
      ops: {
        type: 'cloudevents',
        settings: { url: 'https://ops/', secret: '${SECRET}', headers: { 'x-key': '${KEY}' } },
        kinds: eventKinds,
      },
    });
  });

  it('gives each resource the kinds that its receivers want, in one order', async () => {
    const { resources } = await read(
      fileWith(`chat: { type: slack, url: 'https://chat/', kinds: [target.reached, change.made], resources: ['api-*'] }
ops: { type: slack, url: 'https://ops/', kinds: [run.failed, change.made] }`),
    );
    expect(resources['web']?.settings.events).toEqual(['change.made', 'run.failed']);
    expect(resources['api-public']?.settings.events).toEqual(['change.made', 'target.reached', 'run.failed']);
  });

  it('leaves a resource without a receiver as it is', async () => {
    const { resources } = await read(fileWith("chat: { type: slack, url: 'https://chat/', resources: [web] }"));
    expect(resources['api-public']?.settings).not.toHaveProperty('events');
  });

  it('gives PagerDuty the kinds that it has an alert for', async () => {
    const { events } = await read(fileWith(`pager: { type: pagerduty, routingKey: ${'k'.repeat(32)} }`));
    expect(events?.['pager']?.kinds).toContain('run.failed');
    expect(events?.['pager']?.kinds).not.toContain('change.made');
  });

  it('accepts several secrets, for a replacement', async () => {
    const text = fileWith(`ops: { type: cloudevents, url: 'https://ops/', secret: [${secret}, ${secret}] }`);
    expect((await read(text)).warnings).toEqual([]);
  });

  test.each([
    [
      'a misspelled kind',
      "ops: { type: slack, url: 'https://o/', kinds: [target.reachd] }",
      'did you mean "target.reached"?',
    ],
    ['a misspelled type', "ops: { type: slak, url: 'https://o/' }", 'did you mean "slack"?'],
    ['a misspelled field', "ops: { type: slack, url: 'https://o/', knds: [run.failed] }", 'did you mean "kinds"?'],
    ['a missing type', "ops: { url: 'https://o/' }", 'events.ops.type: is missing'],
    ['a missing address', 'ops: { type: slack }', 'events.ops.url: is missing'],
    ['a missing secret', "ops: { type: cloudevents, url: 'https://o/' }", 'events.ops.secret: is missing'],
    ['a secret that is no base64', "ops: { type: cloudevents, url: 'https://o/', secret: hunter2 }", 'openssl rand'],
    ['a routing key of another length', 'ops: { type: pagerduty, routingKey: abc }', 'events.ops.routingKey'],
    [
      'a kind without an alert',
      `ops: { type: pagerduty, routingKey: ${'k'.repeat(32)}, kinds: [drift.seen] }`,
      'supported kinds',
    ],
    ['an empty list of kinds', "ops: { type: slack, url: 'https://o/', kinds: [] }", 'at least 1'],
    ['an address without http', "ops: { type: slack, url: 'ftp://o/' }", 'https:// or http://'],
    ['an invalid name', "'my ops': { type: slack, url: 'https://o/' }", 'is not a valid receiver name'],
  ])('refuses %s', async (_, receiver, problem) => {
    expect((await errorLines(fileWith(receiver))).join('\n')).toContain(problem);
  });

  it('names the line of a problem, and never a secret', async () => {
    const lines = await linesOf(async () => {
      await read(fileWith("ops:\n  type: cloudevents\n  url: 'https://o/'\n  secret: '${SECRET}'"), {
        SECRET: 'hunter2-hunter2',
      });
    });
    expect(lines.join('\n')).toMatch(/^escapement\.yaml:6:\d+ events\.ops\.secret: is not a signing secret/);
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  it('warns about a secret that is missing on this machine, and about resources that do not exist', async () => {
    const { warnings } = await read(fileWith("chat: { type: slack, url: '${CHAT}', resources: [wbe, 'web', 'x-*'] }"));
    expect(warnings).toMatchObject([
      { path: 'events.chat.url', problem: 'the environment variable CHAT is not set' },
      { path: 'events.chat.resources[0]', problem: 'matches no resource of this file', fix: 'did you mean "web"?' },
      { path: 'events.chat.resources[2]', problem: 'matches no resource of this file' },
    ]);
  });
});
