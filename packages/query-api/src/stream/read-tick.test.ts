import type { Changes } from '@northwind/projector';
import { describe, expect, test } from 'vitest';
import { EPOCH, PARTITION, sampleBalance, samplePayout } from '../../test/sample-rows.ts';
import { parseServerMessage } from './protocol.ts';
import { cutIntoEvents } from './read-tick.ts';

const offsets = (offset: bigint) => new Map(Array.from({ length: 16 }, (_, partition) => [partition, offset] as const));
const from = { epoch: EPOCH, offsets: offsets(10n) };
const changes = (rows: Partial<Changes>): Changes => ({
  position: { epoch: EPOCH, offsets: offsets(20n) },
  balances: [],
  payouts: [],
  truncated: false,
  ...rows,
});

describe('cutIntoEvents', () => {
  test('gives each merchant its own rows, and none to who has none', () => {
    const events = cutIntoEvents(
      ['mer_001', 'mer_042', 'mer_500'],
      from,
      changes({
        balances: [sampleBalance(11n), sampleBalance(12n, 5n, 'mer_042')],
        payouts: [samplePayout(13n, 'po_1', 'mer_042')],
      }),
    );
    expect([...events.keys()].sort()).toEqual(['mer_001', 'mer_042']);
    const event = events.get('mer_042');
    if (event?.kind !== 'changes') throw new Error('mer_042 has no changes');
    expect(event.fromOffset).toBe(10n);
    expect(event.cursor).toEqual({ epoch: EPOCH, partition: 6, offset: 20n });
    expect(event.payouts.map(({ payoutId }) => payoutId)).toEqual(['po_1']);
    expect(event.balances.map(({ availableMinor }) => availableMinor)).toEqual([5n]);
  });

  test('writes the message once, exactly, however many sockets send it', () => {
    const past2to53 = 2n ** 60n + 1n;
    const event = cutIntoEvents(['mer_001'], from, changes({ balances: [sampleBalance(11n, past2to53)] })).get(
      'mer_001',
    );
    if (event?.kind !== 'changes') throw new Error('mer_001 has no changes');
    expect(event.text()).toBe(event.text());
    expect(event.text()).toContain(`"availableMinor":${past2to53}`);
    expect(parseServerMessage(event.text())).toMatchObject({
      type: 'changes',
      cursor: { epoch: EPOCH, partition: PARTITION, offset: 20n },
      balances: [{ availableMinor: past2to53 }],
    });
  });

  test('too much for one tick, or for one message, is left to the sockets', () => {
    expect(cutIntoEvents(['mer_001', 'mer_042'], from, changes({ truncated: true }))).toEqual(
      new Map([
        ['mer_001', { kind: 'overrun' }],
        ['mer_042', { kind: 'overrun' }],
      ]),
    );
    const payouts = Array.from({ length: 501 }, (_, index) => samplePayout(11n, `po_${index}`));
    expect(cutIntoEvents(['mer_001'], from, changes({ payouts }))).toEqual(new Map([['mer_001', { kind: 'overrun' }]]));
  });
});
