/** How a response is sent, or not sent: the regular one, or what a fault turns it into. */
import type { Response } from 'express';
import type { Fault } from './fault.js';

/** Returns a description, for the log, of what the client receives. */
export function answer(response: Response, fault: Fault | undefined, good: object): string {
  const body = JSON.stringify(good);
  switch (fault?.type) {
    case 'reject':
      if (fault.retryAfter !== undefined) response.setHeader('Retry-After', fault.retryAfter);
      response.status(fault.status).json({ error: `simulated ${fault.status}` });
      return String(fault.status);
    case 'drop':
      response.socket?.resetAndDestroy();
      return 'connection reset';
    case 'hang':
      return 'nothing';
    case 'stall':
      sendHead(response, body);
      return '200, headers only';
    case 'cutOff':
      sendHead(response, body).write(body.slice(0, body.length / 2), () => response.socket?.destroy());
      return '200, half of the body';
    case 'malformed':
      response.type('json').send(nonsense[fault.body](good));
      return `200, ${fault.body}`;
    case 'redirect':
      response.redirect(307, fault.location);
      return '307';
    case 'slow': {
      const timer = setTimeout(() => response.type('json').send(body), fault.delayMs);
      response.once('close', () => clearTimeout(timer));
      return `200, after ${fault.delayMs} ms`;
    }
    case 'none':
    case 'staleReading':
    case 'staleTimestamp':
    case 'status':
    case undefined:
      response.type('json').send(body);
      return '200';
  }
}

function sendHead(response: Response, body: string): Response {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.flushHeaders();
  return response;
}

const nonsense: Record<Extract<Fault, { type: 'malformed' }>['body'], (good: object) => string> = {
  notJson: () => '<html><body>Welcome</body></html>',
  wrongTypes: (good) => JSON.stringify({ ...good, currentCapacity: 'three', status: 7 }),
  negativeCapacity: (good) => JSON.stringify({ ...good, currentCapacity: -1 }),
  missingFields: () => '{}',
  huge: () => 'x'.repeat(1_000_000),
};
