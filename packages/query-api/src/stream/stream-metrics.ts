import { Counter, Gauge, Histogram, type Registry } from '@northwind/service-kit';
import type { StreamMetrics } from './hub.ts';

export function createStreamMetrics(registry: Registry): StreamMetrics {
  const registers = [registry];
  const open = new Gauge({ name: 'settlement_stream_sockets', help: 'websockets open now', registers });
  const closed = new Counter({
    name: 'settlement_stream_closed_total',
    help: 'websockets closed, by what ended them',
    labelNames: ['cause'],
    registers,
  });
  const messages = new Counter({
    name: 'settlement_stream_messages_total',
    help: 'messages sent, by type; a reset is a client that lost its place',
    labelNames: ['type'],
    registers,
  });
  const stalled = new Counter({
    name: 'settlement_stream_stalled_total',
    help: 'websockets that had too much waiting and were sent nothing more until they read',
    registers,
  });
  const ticks = new Histogram({
    name: 'settlement_stream_tick_seconds',
    help: 'time of one look for changes',
    labelNames: ['outcome'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
    registers,
  });
  return {
    opened: () => open.inc(),
    closed: (cause) => {
      open.dec();
      closed.inc({ cause });
    },
    sent: (type) => messages.inc({ type }),
    stalled: () => stalled.inc(),
    ticked: ({ ok, durationMs }) => ticks.observe({ outcome: ok ? 'ok' : 'failed' }, durationMs / 1_000),
  };
}
