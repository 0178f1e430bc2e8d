/** Listens to doorbells on one connection of its own; connects again when that breaks. */
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import type pg from 'pg';

export interface DoorbellListenerOptions {
  readonly database: { readonly pool: pg.Pool };
  readonly channels: readonly string[];
  /** `ringer` as the doorbell was given it; empty also when the listener has just connected. */
  readonly onRing: (channel: string, ringer: string) => void;
  /** Given each new connection before it listens, for what is to last as long as it does. */
  readonly onConnected?: (client: pg.ClientBase) => Promise<void>;
  readonly logger: Logger;
  readonly clock: Clock;
}

export function createDoorbellListener(options: DoorbellListenerOptions): Service {
  const { channels, logger, clock } = options;
  return createLoop({
    name: `doorbell ${channels.join(', ')}`,
    run: (signal) => listenUntilBroken(options, signal),
    onError: (err) => {
      logger.warn({ event: 'doorbell.disconnected', channels, err }, 'doorbell lost; polling until it is back');
    },
    clock,
  });
}

async function listenUntilBroken(options: DoorbellListenerOptions, signal: AbortSignal): Promise<void> {
  const { database, channels, onRing, onConnected } = options;
  const client = await database.pool.connect();
  const broken = Promise.withResolvers<void>();
  const onNotification = (message: pg.Notification) => onRing(message.channel, message.payload ?? '');
  client.on('notification', onNotification);
  client.on('error', broken.reject);
  client.on('end', broken.resolve);
  signal.addEventListener('abort', () => broken.resolve(), { once: true });
  broken.promise.catch(() => undefined); // the statements below throw too when the connection breaks under them
  try {
    await onConnected?.(client);
    for (const channel of channels) await client.query(`listen ${client.escapeIdentifier(channel)}`);
    for (const channel of channels) onRing(channel, ''); // whatever rang while nobody listened
    if (signal.aborted) return;
    await broken.promise;
    if (!signal.aborted) throw new Error('the connection ended');
  } finally {
    client.release(true); // never back to the pool: it would go on listening
  }
}
