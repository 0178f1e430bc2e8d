import { fakeClock } from '@northwind/testing';
import { describe, expect, test } from 'vitest';
import { fakeSocket } from '../../test/fake-socket.ts';
import { EPOCH, PARTITION, sampleBalance, samplePayout } from '../../test/sample-rows.ts';
import { describeBalance } from '../shapes/describe-balance.ts';
import { describePayout } from '../shapes/describe-payout.ts';
import { createStreamBus, type MerchantChanges } from './bus.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import type { Cursor, ServerMessage } from './protocol.ts';
import type { Want } from './read-answer.ts';
import { changesEvent } from './read-tick.ts';
import type { Input } from './transitions.ts';

const MERCHANT = 'mer_001';
const at = (offset: bigint, epoch = EPOCH): Cursor => ({ epoch, partition: PARTITION, offset });

function changes(from: bigint, to: bigint, payoutOffsets: readonly bigint[] = [to]): MerchantChanges {
  return changesEvent(from, {
    cursor: at(to),
    balances: [describeBalance(sampleBalance(to))],
    payouts: payoutOffsets.map((offset) => describePayout(samplePayout(offset))),
  });
}

interface PendingRead {
  readonly want: Want;
  readonly answer: PromiseWithResolvers<ServerMessage>;
}

function setUp(options: Partial<ConnectionOptions> = {}) {
  const clock = fakeClock();
  const socket = fakeSocket();
  const bus = createStreamBus();
  const reads: PendingRead[] = [];
  const closed: Input[] = [];
  const connection = createConnection({
    socket,
    merchantId: MERCHANT,
    bus,
    clock,
    settled: async () => undefined,
    readAnswer: (_merchantId, want) => {
      const answer = Promise.withResolvers<ServerMessage>();
      reads.push({ want, answer });
      return answer.promise;
    },
    onClosed: (input) => closed.push(input),
    ...options,
  });
  const settle = () => clock.advance(0);
  const answer = async (message: ServerMessage) => {
    reads.at(-1)?.answer.resolve(message);
    await settle();
  };
  const subscribe = async (cursor: Cursor | null = null) => {
    const wire = cursor && { ...cursor, offset: Number(cursor.offset) };
    connection.message(JSON.stringify({ type: 'subscribe', cursor: wire }));
    await settle();
  };
  const goLive = async (offset = 10n) => {
    await subscribe();
    await answer({ type: 'snapshot', cursor: at(offset), balances: [], payouts: [] });
  };
  return { clock, socket, bus, reads, closed, connection, settle, answer, subscribe, goLive };
}

describe('coming in', () => {
  test('no cursor is answered with a snapshot, then changes follow', async () => {
    const { bus, socket, connection, reads, goLive } = setUp();
    await goLive(10n);
    expect(reads.map(({ want }) => want.kind)).toEqual(['snapshot']);
    bus.publish(MERCHANT, changes(10n, 12n));
    expect(socket.messages.map(({ type, cursor }) => [type, cursor.offset])).toEqual([
      ['snapshot', 10n],
      ['changes', 12n],
    ]);
    expect(connection.state()).toBe('live');
  });

  test('a cursor is handed on exactly', async () => {
    const { reads, subscribe } = setUp();
    await subscribe(at(7n));
    expect(reads[0]?.want).toEqual({ kind: 'resume', cursor: at(7n) });
  });

  test('the answer is read only after the tail has settled', async () => {
    const settled = Promise.withResolvers<void>();
    const { bus, reads, subscribe, settle } = setUp({ settled: () => settled.promise });
    await subscribe();
    expect(bus.merchants()).toEqual([MERCHANT]);
    expect(reads).toHaveLength(0);
    settled.resolve();
    await settle();
    expect(reads).toHaveLength(1);
  });

  test('without a subscription within ten seconds it closes with 4408', async () => {
    const { clock, socket, closed } = setUp();
    await clock.advance(9_999);
    expect(socket.ended).toBeNull();
    await clock.advance(1);
    expect(socket.ended).toBe('close 4408');
    expect(closed).toEqual(['subscribe_timeout']);
  });

  test.each([
    ['not JSON', 'x'],
    ['a binary message', null],
    ['an unknown type', '{"type":"hello","cursor":null}'],
    ['a cursor that is none', '{"type":"subscribe","cursor":{"offset":1}}'],
    ['an unknown member', '{"type":"subscribe","cursor":null,"merchantId":"mer_002"}'],
    ['a fractional offset', '{"type":"subscribe","cursor":{"epoch":"g","partition":1,"offset":1.5}}'],
    ['an offset past int8', '{"type":"subscribe","cursor":{"epoch":"g","partition":1,"offset":9223372036854775808}}'],
  ])('%s closes with 1008', async (_name, text) => {
    const { socket, connection } = setUp();
    connection.message(text);
    expect(socket.ended).toBe('close 1008');
  });

  test('a second subscription closes with 1008', async () => {
    const { socket, subscribe, goLive } = setUp();
    await goLive();
    await subscribe();
    expect(socket.ended).toBe('close 1008');
  });

  test('an answer that can’t be read closes with 1013: come again', async () => {
    const { socket, reads, subscribe, settle, bus } = setUp();
    await subscribe();
    reads[0]?.answer.reject(new Error('database is away'));
    await settle();
    expect(socket.ended).toBe('close 1013');
    expect(bus.merchants()).toEqual([]);
  });
});

describe('no gap and no double', () => {
  test('what comes while the answer is read is sent after it, once', async () => {
    const { bus, socket, subscribe, answer } = setUp();
    await subscribe();
    bus.publish(MERCHANT, changes(8n, 10n)); // the answer has this already
    bus.publish(MERCHANT, changes(10n, 12n));
    expect(socket.messages).toEqual([]);
    await answer({ type: 'snapshot', cursor: at(10n), balances: [], payouts: [] });
    expect(socket.messages.map(({ type, cursor }) => [type, cursor.offset])).toEqual([
      ['snapshot', 10n],
      ['changes', 12n],
    ]);
  });

  test('of a change that reaches across the answer only the rows beyond are sent', async () => {
    const { bus, socket, goLive } = setUp();
    await goLive(10n);
    bus.publish(MERCHANT, changes(8n, 12n, [9n, 10n, 11n, 12n]));
    const last = socket.messages.at(-1);
    expect(last?.type === 'changes' && last.payouts.map(({ payoutId }) => payoutId)).toEqual(['po_11', 'po_12']);
  });

  test('more than it holds meanwhile is read again from its own cursor', async () => {
    const { bus, reads, subscribe, answer, socket, connection } = setUp();
    await subscribe();
    for (let offset = 10n; offset < 80n; offset += 1n) bus.publish(MERCHANT, changes(offset, offset + 1n));
    await answer({ type: 'snapshot', cursor: at(10n), balances: [], payouts: [] });
    expect(reads.at(-1)?.want).toEqual({ kind: 'catch_up', cursor: at(10n) });
    expect(connection.state()).toBe('reading');
    await answer({ type: 'changes', cursor: at(80n), balances: [], payouts: [] });
    expect(socket.messages.map(({ cursor }) => cursor.offset)).toEqual([10n, 80n]);
    expect(connection.state()).toBe('live');
  });

  test('an overrun of the tail is read from its own cursor', async () => {
    const { bus, reads, goLive } = setUp();
    await goLive(10n);
    bus.publish(MERCHANT, { kind: 'overrun' });
    await setUp().settle();
    expect(reads.at(-1)?.want).toEqual({ kind: 'catch_up', cursor: at(10n) });
  });

  test('another merchant’s changes don’t arrive', async () => {
    const { bus, socket, goLive } = setUp();
    await goLive();
    bus.publish('mer_002', changes(10n, 12n));
    expect(socket.messages).toHaveLength(1);
  });
});

describe('resets', () => {
  test('another epoch resets a live socket', async () => {
    const { bus, reads, goLive, answer, socket, settle } = setUp();
    await goLive();
    bus.publish(MERCHANT, { kind: 'epoch_changed', epoch: 'g2' });
    await settle();
    expect(reads.at(-1)?.want).toEqual({ kind: 'reset', reason: 'epoch_changed' });
    await answer({ type: 'reset', reason: 'epoch_changed', cursor: at(3n, 'g2'), balances: [], payouts: [] });
    expect(socket.messages.at(-1)).toMatchObject({ type: 'reset', cursor: { epoch: 'g2' } });
  });

  test('an epoch that changes while the answer is read resets after it, unless the answer has it', async () => {
    const old = setUp();
    await old.subscribe();
    old.bus.publish(MERCHANT, { kind: 'epoch_changed', epoch: 'g2' });
    await old.answer({ type: 'snapshot', cursor: at(10n), balances: [], payouts: [] });
    expect(old.reads.at(-1)?.want).toEqual({ kind: 'reset', reason: 'epoch_changed' });

    const fresh = setUp();
    await fresh.subscribe();
    fresh.bus.publish(MERCHANT, { kind: 'epoch_changed', epoch: 'g2' });
    await fresh.answer({ type: 'snapshot', cursor: at(3n, 'g2'), balances: [], payouts: [] });
    expect(fresh.reads).toHaveLength(1);
    expect(fresh.connection.state()).toBe('live');
  });

  test('a client that doesn’t read is sent no more than the bound, and reset when it reads again', async () => {
    const { bus, socket, reads, goLive, answer, settle, connection } = setUp();
    await goLive(0n);
    socket.reads = false;
    for (let offset = 0n; offset < 5_000n; offset += 1n) bus.publish(MERCHANT, changes(offset, offset + 1n));
    expect(connection.state()).toBe('stalled');
    expect(socket.bufferedAmount).toBeGreaterThan(1_048_576);
    expect(socket.bufferedAmount).toBeLessThan(1_048_576 + 10_000);
    socket.drain();
    await settle();
    expect(reads.at(-1)?.want).toEqual({ kind: 'reset', reason: 'too_slow' });
    await answer({ type: 'reset', reason: 'too_slow', cursor: at(5_000n), balances: [], payouts: [] });
    bus.publish(MERCHANT, changes(5_000n, 5_001n));
    expect(socket.messages.slice(-2).map(({ type }) => type)).toEqual(['reset', 'changes']);
  });
});

describe('the end', () => {
  test('a ping that nobody answers cuts off; an answered one doesn’t', async () => {
    const { clock, socket, connection, goLive, closed } = setUp();
    await goLive();
    await clock.advance(25_000);
    expect(socket.pings).toBe(1);
    connection.pong();
    await clock.advance(8_000);
    expect(socket.ended).toBeNull();
    await clock.advance(25_000);
    expect(socket.pings).toBe(2);
    await clock.advance(8_000);
    expect(socket.ended).toBe('terminate');
    expect(closed).toEqual(['pong_timeout']);
  });

  test.each([
    ['drain', 'close 1012'],
    ['session_ended', 'close 4401'],
    ['refused', 'close 1013'],
    ['gone', null],
  ] as const)('%s ends it in every state, once, and leaves nothing asleep', async (input, ended) => {
    for (const state of ['waiting', 'reading', 'live', 'stalled']) {
      const { clock, bus, socket, connection, closed, subscribe, goLive, settle } = setUp();
      if (state === 'reading') await subscribe();
      if (state === 'live' || state === 'stalled') await goLive(0n);
      if (state === 'stalled') {
        socket.reads = false;
        for (let offset = 0n; offset < 2_000n; offset += 1n) bus.publish(MERCHANT, changes(offset, offset + 1n));
      }
      expect(connection.state()).toBe(state);
      connection.end(input);
      connection.end('gone');
      await settle();
      expect(socket.ended).toBe(ended);
      expect(closed).toEqual([input]);
      expect(bus.merchants()).toEqual([]);
      expect(clock.sleepers()).toBe(0);
    }
  });

  test('an answer that comes after the end is not sent', async () => {
    const { connection, socket, subscribe, answer } = setUp();
    await subscribe();
    connection.end('gone');
    await answer({ type: 'snapshot', cursor: at(1n), balances: [], payouts: [] });
    expect(socket.messages).toEqual([]);
  });
});
