/** The sockets that are open on this node: counted by merchant, ended by credential, drained on stop. */
import { createService, type Service } from '@northwind/service-kit';
import { credentialKey } from '../access/find-ended-credentials.ts';
import type { Credential } from '../access/principal.ts';
import type { Connection, StreamSocket } from './connection.ts';

/** On one node, of all merchants. */
export const CONNECTIONS_MAX = 10_000;

/** What a ticket admits to. */
export interface Admission {
  readonly merchantId: string;
  readonly credential: Credential;
}

export interface SocketSetOptions {
  readonly newConnection: (socket: StreamSocket, admission: Admission, onClosed: () => void) => Connection;
  readonly onOpened: () => void;
  readonly connectionsPerMerchantMax: number;
}

export interface SocketSet extends Service {
  accept(socket: StreamSocket, admission: Admission): Connection;
  /** Each credential once, by its key. */
  credentials(): Map<string, Credential>;
  endCredential(credential: Credential): void;
}

export function createSocketSet(options: SocketSetOptions): SocketSet {
  const open = new Map<Connection, Credential>();
  const perMerchant = new Map<string, number>();
  let draining = false;

  function count(merchantId: string, change: 1 | -1): number {
    const counted = (perMerchant.get(merchantId) ?? 0) + change;
    if (counted > 0) perMerchant.set(merchantId, counted);
    else perMerchant.delete(merchantId);
    return counted;
  }

  const service = createService({
    name: 'sockets',
    start: async () => {
      draining = false;
    },
    stop: async () => {
      draining = true;
      for (const connection of open.keys()) connection.end('drain');
    },
  });

  return {
    ...service,
    accept: (socket, admission) => {
      const { merchantId, credential } = admission;
      const connection: Connection = options.newConnection(socket, admission, () => {
        open.delete(connection);
        count(merchantId, -1);
      });
      open.set(connection, credential);
      const ofMerchant = count(merchantId, 1);
      options.onOpened();
      if (draining) connection.end('drain');
      else if (ofMerchant > options.connectionsPerMerchantMax || open.size > CONNECTIONS_MAX) connection.end('refused');
      return connection;
    },
    credentials: () => new Map([...open.values()].map((credential) => [credentialKey(credential), credential])),
    endCredential: (ended) => {
      const key = credentialKey(ended);
      for (const [connection, credential] of open) {
        if (credentialKey(credential) === key) connection.end('session_ended');
      }
    },
  };
}
