/** Lets websockets finish their closing handshake and cuts off those that don't answer it. */
import type { Clock } from '@northwind/service-kit';

export interface SocketServer {
  readonly clients: ReadonlySet<{ terminate(): void; once(event: 'close', listener: () => void): unknown }>;
}

const CLOSE_GRACE_MS = 1_000;

/** Resolves when none is left. The sockets have been told to close before. */
export async function closeSockets(server: SocketServer, clock: Clock): Promise<void> {
  const closed = Promise.all(
    [...server.clients].map((client) => new Promise<void>((resolve) => void client.once('close', () => resolve()))),
  );
  const grace = new AbortController();
  const impatience = clock.sleep(CLOSE_GRACE_MS, grace.signal).then(
    () => {
      for (const client of server.clients) client.terminate();
    },
    () => undefined,
  );
  await closed;
  grace.abort();
  await impatience;
}
