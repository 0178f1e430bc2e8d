import type { Connection } from '../stream/stream-state.ts';
import { formatTime } from '../time/format-instant.ts';

export function describeConnection(connection: Connection): string {
  switch (connection.kind) {
    case 'live':
      return 'Live';
    case 'catching_up':
      return 'Catching up';
    case 'offline':
      return `Offline since ${formatTime(connection.sinceMs)}`;
  }
}

/** When the next attempt comes; without a time, one is on its way. */
export function describeRetry(retryAtMs: number | null, nowMs: number): string {
  const seconds = retryAtMs === null ? 0 : Math.ceil((retryAtMs - nowMs) / 1_000);
  return seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again now.';
}

const RESET_WORDS: Readonly<Record<string, string>> = {
  epoch_changed: 'The figures were rebuilt from the log, so this page was replaced with the rebuilt ones.',
  cursor_ahead: 'This page was ahead of the server, which was restored to an earlier moment, so it was replaced.',
  too_slow: 'More changed than this page could take in, so it was replaced with the newest figures.',
};

export const describeReset = (reason: string): string =>
  RESET_WORDS[reason] ?? 'The server replaced everything on this page with its newest figures.';
