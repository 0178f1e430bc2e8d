/** What opening a connection took, phase by phase. */
import type { Socket } from 'node:net';
import type { Clock } from '@northwind/service-kit';

/** Milliseconds; a phase that was not reached, or did not have to happen, is null. */
export interface ConnectionPhases {
  readonly beganAtMs: number;
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  /** Connected to, or tried in vain. */
  address: string | null;
}

/** By the socket, or by the error that there is instead of one. */
const phasesBySource = new WeakMap<object, ConnectionPhases>();

/** Listens to a socket that has just begun to connect. */
export function timeConnection(socket: Socket, clock: Clock): ConnectionPhases {
  const beganAtMs = clock.monotonicMs();
  const phases: ConnectionPhases = { beganAtMs, dnsMs: null, connectMs: null, tlsMs: null, address: null };
  let since = beganAtMs;
  const lap = () => {
    const lastAt = since;
    since = clock.monotonicMs();
    return since - lastAt;
  };
  // Once for each address that was found: the first of them is when the answer was there.
  socket.once('lookup', () => {
    phases.dnsMs = lap();
  });
  socket.once('connect', () => {
    phases.connectMs = lap();
    phases.address = socket.remoteAddress ?? null;
  });
  socket.once('secureConnect', () => {
    phases.tlsMs = lap();
  });
  return phases;
}

export function rememberPhases(source: Socket | Error, phases: ConnectionPhases): void {
  if (source instanceof Error) phases.address ??= addressOf(source);
  phasesBySource.set(source, phases);
}

/** The first time it is asked: the attempt that opened the connection has its phases, those that use it again don't. */
export function takePhases(source: object): ConnectionPhases | null {
  const phases = phasesBySource.get(source) ?? null;
  phasesBySource.delete(source);
  return phases;
}

/** Where a connection failed: the one address, or the last of those that were tried. */
function addressOf(error: Error): string | null {
  const tried = error instanceof AggregateError ? error.errors.at(-1) : error;
  const { address } = (tried ?? {}) as { address?: unknown };
  return typeof address === 'string' ? address : null;
}
