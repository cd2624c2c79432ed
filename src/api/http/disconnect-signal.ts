/** How long a caller waits who has asked for that: as long as the connection stands. */
import type { Request, Response } from 'express';

const probeAfterMs = 30_000;

/** Aborts when the client goes away. No time-out of ours ends such a connection, and idle it looks alive to routers. */
export function disconnectSignal({ socket }: Request, response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  socket.setTimeout(0);
  socket.setKeepAlive(true, probeAfterMs);
  return gone.signal;
}
