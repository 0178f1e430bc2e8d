/**
 * The only way out to a merchant's endpoint. A name is resolved once, refused if any of its addresses is forbidden
 * (mixed answers mean rebinding), and the connection goes to those very addresses, with the name in SNI and Host.
 * Addresses written in the URL never reach a lookup, so they are judged apart; and the address that was really
 * connected to is judged once more.
 */
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { type Clock, systemClock } from '@northwind/service-kit';
import { buildConnector } from 'undici';
import { ADDRESSES_TRIED_MAX } from '../limits.ts';
import { bareHost, isAddressAllowed, isHostAllowed, type TargetRules } from './check-target.ts';
import { rememberPhases, timeConnection } from './connection-phases.ts';
import { readInPieces } from './read-in-pieces.ts';
import type { ResolveHost } from './resolve-host.ts';

/** Says nothing about the address: what is behind a name inside our network is not the merchant's to learn. */
export class BlockedTargetError extends Error {
  readonly code = 'TARGET_BLOCKED';

  constructor() {
    super('the target is not a public address');
    this.name = 'BlockedTargetError';
  }
}

export interface ConnectorOptions extends TargetRules {
  readonly resolve: ResolveHost;
  readonly connectTimeoutMs: number;
  readonly clock?: Clock;
}

export function createGuardedConnector(options: ConnectorOptions): buildConnector.connector {
  const connect = buildConnector({
    // One request at a time on a connection keeps an endpoint's slow answer from delaying its others.
    allowH2: false,
    timeout: options.connectTimeoutMs,
    lookup: createGuardedLookup(options),
    noDelay: true,
  } as buildConnector.BuildOptions);
  const { clock = systemClock } = options;
  return (target, callback) => {
    if (!isHostAllowed(target.hostname, options)) return callback(new BlockedTargetError(), null);
    const opening: unknown = connect(target, (...[error, socket]) => {
      if (error) {
        rememberPhases(error, phases);
        return callback(error, null);
      }
      if (socket.remoteAddress !== undefined && !isAddressAllowed(socket.remoteAddress, options)) {
        socket.destroy();
        return callback(new BlockedTargetError(), null);
      }
      rememberPhases(socket, phases);
      readInPieces(socket);
      return callback(null, socket);
    });
    // The connector returns its socket at once, which its type keeps to itself.
    const phases = timeConnection(opening as Socket, clock);
  };
}

export function createGuardedLookup({ resolve, ...rules }: ConnectorOptions): LookupFunction {
  return (hostname, lookup, callback) => {
    resolveAllowed(hostname, resolve, rules).then(
      (addresses) => {
        const found = addresses.slice(0, ADDRESSES_TRIED_MAX).map((address) => ({ address, family: isIP(address) }));
        const [first] = found;
        if (lookup.all || first === undefined) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

/** The host's addresses, every one of them allowed. Throws BlockedTargetError otherwise. */
export async function resolveAllowed(host: string, resolve: ResolveHost, rules: TargetRules): Promise<string[]> {
  const addresses = await resolve(bareHost(host));
  if (addresses.length === 0 || !addresses.every((address) => isAddressAllowed(address, rules))) {
    throw new BlockedTargetError();
  }
  return addresses;
}
