import { describe, expect, it } from 'vitest';
import type { Cursor } from '../wire/coordinate.ts';
import type { StreamMessage } from '../wire/stream-message.ts';
import spec from './SPEC.md?raw';
import { BACKOFF_CAP_MS, backoffMs, DRAIN_SPREAD_MS, stepStream } from './step-stream.ts';
import {
  connectionOf,
  STREAM_IDLE,
  STREAM_STATES,
  type StreamEvent,
  type StreamEventType,
  type StreamState,
  type StreamStateKind,
} from './stream-state.ts';

const at = (offset: bigint): Cursor => ({ epoch: 'g1', partition: 4, offset });
const upToDate: StreamMessage = { type: 'up_to_date', cursor: at(9n) };
const changes: StreamMessage = { type: 'changes', cursor: at(12n), balances: [], payouts: [] };
const entered = { atMs: 1_000_000, chance: 0.5 };

const events: { readonly [Type in StreamEventType]: Extract<StreamEvent, { type: Type }> } = {
  started: { type: 'started', ...entered },
  stopped: { type: 'stopped', ...entered },
  ticket_granted: { type: 'ticket_granted', ticket: 'st_1', ...entered },
  ticket_refused: { type: 'ticket_refused', ...entered },
  ticket_failed: { type: 'ticket_failed', ...entered },
  socket_opened: { type: 'socket_opened', ...entered },
  answered: { type: 'answered', message: upToDate, ...entered },
  changed: { type: 'changed', message: changes, ...entered },
  unreadable: { type: 'unreadable', ...entered },
  socket_closed: { type: 'socket_closed', code: 1006, ...entered },
  timer_fired: { type: 'timer_fired', ...entered },
  network_lost: { type: 'network_lost', ...entered },
  network_found: { type: 'network_found', ...entered },
  woke: { type: 'woke', ...entered },
  retry_asked: { type: 'retry_asked', ...entered },
};

const stateOf = (kind: StreamStateKind, more: Partial<StreamState> = {}): StreamState => ({
  ...STREAM_IDLE,
  kind,
  cursor: at(7n),
  ...more,
});

/** The table of SPEC.md: event → the next kind in each state, in its column order. */
function specifiedCells(): ReadonlyMap<string, readonly string[]> {
  const rows = spec
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|\s*-/.test(line))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
  return new Map(rows.map(([name = '', ...cells]) => [name, cells]));
}

const cells = specifiedCells();
const everyCell = Object.values(events).flatMap((event) => STREAM_STATES.map((kind) => ({ kind, event })));

describe('the transition table', () => {
  it('has the columns and rows of SPEC.md', () => {
    expect(cells.get('event')).toEqual([...STREAM_STATES]);
    expect([...cells.keys()].slice(1)).toEqual(Object.keys(events));
  });

  it.each(everyCell.map((cell) => [cell.kind, cell.event.type, cell.event] as const))(
    '%s on %s',
    (kind, type, event) => {
      const specified = cells.get(type)?.[STREAM_STATES.indexOf(kind)];
      const { state } = stepStream(stateOf(kind), event);
      expect(state.kind).toBe(specified === '·' ? kind : specified);
    },
  );

  it.each(everyCell.map((cell) => [cell.kind, cell.event.type, cell.event] as const))(
    '%s on %s leaves nothing running behind',
    (kind, _type, event) => {
      const { state, effects } = stepStream(stateOf(kind), event);
      const did = effects.map((effect) => effect.type);
      if (state.kind === kind) return;
      const timed = ['ticketing', 'connecting', 'subscribing', 'waiting'].includes(state.kind);
      expect(did.includes('start_timer')).toBe(timed);
      if (!timed) expect(did).toContain('stop_timer');
      if (['idle', 'ticketing', 'waiting', 'signed_out'].includes(state.kind)) expect(did[0]).toBe('hang_up');
    },
  );
});

describe('the cursor', () => {
  it('moves only with a message that is delivered in the same step', () => {
    for (const { kind, event } of everyCell) {
      const before = stateOf(kind);
      const { state, effects } = stepStream(before, event);
      const delivered = effects.find((effect) => effect.type === 'deliver');
      expect(state.cursor).toBe(delivered === undefined ? before.cursor : delivered.message.cursor);
    }
  });

  it('is what a new connection resumes from', () => {
    const lost = stepStream(stateOf('live', { cursor: at(41n) }), events.socket_closed).state;
    const ticketing = stepStream(lost, events.timer_fired).state;
    const connecting = stepStream(ticketing, events.ticket_granted).state;
    const { effects } = stepStream(connecting, events.socket_opened);
    expect(effects).toContainEqual({ type: 'send_subscribe', cursor: at(41n) });
  });
});

describe('backoff', () => {
  it('is full jitter under a cap', () => {
    expect(backoffMs(0, 0)).toBe(0);
    expect(backoffMs(0, 0.999)).toBe(499);
    expect(backoffMs(3, 0.5)).toBe(2_000);
    expect(backoffMs(1_000, 0.999_999)).toBeLessThan(BACKOFF_CAP_MS);
  });

  it('grows while connections fail or die young, and starts again after a stable one', () => {
    const young = stateOf('live', { failures: 3, liveSinceMs: entered.atMs - 500 });
    expect(stepStream(young, events.socket_closed).state.failures).toBe(4);
    const stable = stateOf('live', { failures: 3, liveSinceMs: entered.atMs - 60_000 });
    expect(stepStream(stable, events.socket_closed).state.failures).toBe(1);
  });

  it('spreads a drain and counts it as no failure', () => {
    const drained = stepStream(stateOf('live'), { ...events.socket_closed, code: 1012 });
    expect(drained.state.failures).toBe(0);
    expect(drained.effects).toContainEqual({ type: 'start_timer', delayMs: DRAIN_SPREAD_MS / 2 });
  });
});

describe('connectionOf', () => {
  it('forgives one failure and then says since when', () => {
    const first = stepStream(stateOf('live'), { ...events.socket_closed, atMs: 5_000 }).state;
    expect(connectionOf(first)).toEqual({ kind: 'catching_up' });
    const again = stepStream(first, events.timer_fired).state;
    const second = stepStream(again, { ...events.ticket_failed, atMs: 6_000, chance: 0 }).state;
    expect(connectionOf(second)).toEqual({ kind: 'offline', sinceMs: 5_000, retryAtMs: 6_000 });
  });

  it('believes the browser at once when the network is gone, until it is back', () => {
    const lost = stepStream(stateOf('live'), events.network_lost).state;
    expect(connectionOf(lost).kind).toBe('offline');
    expect(connectionOf(stepStream(lost, events.network_found).state).kind).toBe('catching_up');
  });

  it('is live only after an answer', () => {
    expect(connectionOf(stateOf('subscribing', { failures: 9, lostAtMs: 1 }))).toEqual({ kind: 'catching_up' });
    expect(connectionOf(stepStream(stateOf('subscribing'), events.answered).state)).toEqual({ kind: 'live' });
  });
});
