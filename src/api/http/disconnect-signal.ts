/** Detects the disconnect of a caller that waits for a result. */
import type { Request, Response } from 'express';

const probeAfterMs = 30_000;

/**
 * Aborts when the client disconnects. The server does not time out such a connection, and routers see it as alive while
 * it is idle.
 */
export function disconnectSignal({ socket }: Request, response: Response): AbortSignal {
  const disconnected = new AbortController();
  response.once('close', () => disconnected.abort());
  socket.setTimeout(0);
  socket.setKeepAlive(true, probeAfterMs);
  return disconnected.signal;
}
