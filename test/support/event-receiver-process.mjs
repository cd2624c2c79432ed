/**
 * A receiver of events as a process of its own, which can be killed: `node event-receiver-process.mjs <port> <file> <secret>`.
 * It writes each event whose signature is valid into the file, as a line of JSON, before it responds.
 */
import { Buffer } from 'node:buffer';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const [port, file, secret] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const event = new Webhook(secret).verify(Buffer.concat(chunks).toString(), request.headers);
    appendFileSync(file, `${JSON.stringify(event)}\n`);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(401).end(String(error));
  }
});
server.listen(Number(port), '127.0.0.1', () => console.log(`The receiver listens on ${server.address().port}`));
