import { describe, expect, it } from 'vitest';
import { createTurnSize } from './turn-size.ts';

const timeout = { code: '57014' };
const lost = { message: 'Connection terminated unexpectedly' };
const done = { items: 100, tookMs: 10, isCutByBytes: false };

describe('the size of a turn', () => {
  it.each([
    ['a cancelled statement', timeout, 60_000],
    ['a transaction that waited too long', { code: '25P03' }, 15_000],
    ['a server out of memory', { code: '53200' }, 1],
    ['an answer that never came', { message: 'Query read timeout' }, 65_000],
    ['a connection that was lost after a long time', lost, 15_000],
  ])('is halved by %s', (_, error, tookMs) => {
    const size = createTurnSize(4_000);
    expect(size.failed({ items: 0, tookMs, error })).toBe(true);
    expect(size.itemsMax()).toBe(2_000);
    size.failed({ items: 300, tookMs, error });
    expect(size.itemsMax()).toBe(150); // of what was taken, which was less than it might have been
  });

  it.each([
    ['a connection that was lost soon', lost, 100],
    ['an item that can not be applied', new Error('cannot fold this'), 20_000],
    ['a deadlock', { code: '40P01' }, 100],
  ])('is left alone by %s', (_, error, tookMs) => {
    const size = createTurnSize(4_000);
    expect(size.failed({ items: 300, tookMs, error })).toBe(false);
    expect(size.itemsMax()).toBe(4_000);
  });

  it('is one at least, and then says that it can not shrink', () => {
    const size = createTurnSize(2);
    expect([size.failed({ items: 2, tookMs: 0, error: timeout }), size.itemsMax()]).toEqual([true, 1]);
    expect([size.failed({ items: 1, tookMs: 0, error: timeout }), size.itemsMax()]).toEqual([false, 1]);
  });

  it('grows back by turns that leave time for twice as much, and by no others', () => {
    const size = createTurnSize(1_000);
    size.failed({ items: 1_000, tookMs: 60_000, error: timeout });
    size.succeeded({ ...done, tookMs: 20_000 });
    expect(size.itemsMax()).toBe(500);
    size.succeeded(done);
    size.succeeded(done);
    expect(size.itemsMax()).toBe(1_000);
  });

  it('asks for twice what fitted when the bytes cut a read off', () => {
    const size = createTurnSize(4_000);
    size.succeeded({ ...done, items: 30, isCutByBytes: true });
    expect(size.itemsMax()).toBe(60);
    size.succeeded({ ...done, items: 50, isCutByBytes: true });
    expect(size.itemsMax()).toBe(60);
    size.succeeded(done);
    expect(size.itemsMax()).toBe(120);
  });
});
