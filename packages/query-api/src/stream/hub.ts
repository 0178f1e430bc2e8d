/**
 * All sockets of this node: takes them in, counts them, ends those whose credential has ended, and drains them on stop.
 * The tail and its doorbell live and end with it.
 */
import { createDoorbellListener, DOORBELL_READ } from '@northwind/event-store';
import {
  type Clock,
  createLoop,
  type Database,
  type Health,
  type Logger,
  type Service,
  serviceStack,
} from '@northwind/service-kit';
import { findEndedCredentials } from '../access/find-ended-credentials.ts';
import type { Credential } from '../access/principal.ts';
import type { ApiTables } from '../api-tables.ts';
import { createStreamBus } from './bus.ts';
import { type Connection, createConnection, type StreamSocket } from './connection.ts';
import type { ServerMessage } from './protocol.ts';
import { createAnswerReader } from './read-answer.ts';
import { createTailReader } from './read-tick.ts';
import { type Admission, createSocketSet, type SocketSet } from './socket-set.ts';
import { createTail } from './tail.ts';
import type { Input } from './transitions.ts';

/** A portal opened in many tabs stays below it; a client that leaks sockets doesn't. Per node. */
export const CONNECTIONS_PER_MERCHANT_MAX = 50;
/** How long a socket may outlive a credential that was ended on another node. */
export const CREDENTIAL_CHECK_MS = 5_000;

export interface StreamMetrics {
  readonly opened: () => void;
  readonly closed: (input: Input) => void;
  readonly sent: (message: ServerMessage['type']) => void;
  readonly stalled: () => void;
  readonly ticked: (tick: { readonly ok: boolean; readonly durationMs: number }) => void;
}

export interface StreamHubOptions {
  readonly database: Database<ApiTables>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
  readonly metrics: StreamMetrics;
  /** Without it the tail lives on polling alone. On by default. */
  readonly doorbell?: boolean;
  readonly connectionsPerMerchantMax?: number;
  /** The read models may have advanced; for others than sockets. */
  readonly onRing?: () => void;
}

export interface StreamHub extends Service {
  /** Takes a socket whose ticket was accepted. One too many is closed at once. */
  accept(socket: StreamSocket, admission: Admission): Connection;
  /** Ends this node's sockets of a credential at once; the other nodes' follow within CREDENTIAL_CHECK_MS. */
  endCredential(credential: Credential): void;
}

export function createStreamHub(options: StreamHubOptions): StreamHub {
  const { database, clock, logger, health, metrics } = options;
  const bus = createStreamBus();
  const tail = createTail({
    reader: createTailReader(database.db),
    bus,
    clock,
    logger,
    onTick: (tick) => {
      metrics.ticked(tick);
      if (tick.ok) health.set('stream tail', 'ok');
      else health.set('stream tail', 'failing', 'the read model can’t be followed');
    },
  });
  const onRing = () => {
    tail.ring();
    options.onRing?.();
  };
  const doorbell = createDoorbellListener({ database, channels: [DOORBELL_READ], onRing, logger, clock });
  const sockets = createSocketSet({
    newConnection: (socket, { merchantId }, onClosed) =>
      createConnection({
        socket,
        merchantId,
        bus,
        settled: tail.settled,
        readAnswer: createAnswerReader(database.db),
        clock,
        onSent: metrics.sent,
        onStalled: metrics.stalled,
        onReadFailed: (error) =>
          logger.warn({ event: 'stream.read_failed', merchantId, error }, 'a socket could not be answered'),
        onClosed: (input) => {
          onClosed();
          metrics.closed(input);
          logger.debug({ event: 'stream.closed', merchantId, input }, 'socket closed');
        },
      }),
    onOpened: metrics.opened,
    connectionsPerMerchantMax: options.connectionsPerMerchantMax ?? CONNECTIONS_PER_MERCHANT_MAX,
  });
  const parts = [tail, ...(options.doorbell === false ? [] : [doorbell]), credentialCheck(options, sockets), sockets];
  return { ...serviceStack('stream hub', parts), accept: sockets.accept, endCredential: sockets.endCredential };
}

/**
 * Ends the sockets whose key was revoked or whose session is over; on the way it learns whether the database answers.
 */
function credentialCheck({ database, clock, logger, health }: StreamHubOptions, sockets: SocketSet): Service {
  return createLoop({
    name: 'credential check',
    pauseMs: CREDENTIAL_CHECK_MS,
    clock,
    run: async () => {
      const credentials = sockets.credentials();
      const ended = await findEndedCredentials(database.db, [...credentials.values()]);
      for (const key of ended) {
        const credential = credentials.get(key);
        if (credential) sockets.endCredential(credential);
      }
      health.set('database', 'ok');
    },
    onError: (error, { attempt }) => {
      health.set('database', 'failing', 'credentials can’t be checked');
      logger.warn({ event: 'stream.credential_check_failed', attempt, error }, 'credentials can’t be checked');
    },
  });
}
