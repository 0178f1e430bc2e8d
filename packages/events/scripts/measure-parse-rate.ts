/** How many events parseEvent reads in a second of processor time: `node scripts/measure-parse-rate.ts`. */
import { parseEvent, paymentCaptured, payoutInitiated, payoutSettled, refundSucceeded, toJson } from '../src/index.ts';

const EVENTS = 20_000;
const ROUNDS = 15;

/** Six payments, two refunds and two payout facts of every ten events, each with its own ids and time. */
function body(index: number): string {
  const merchantId = `mer_${String(index % 500).padStart(3, '0')}`;
  const time = `2026-11-22T06:00:00.${String(index).padStart(6, '0')}Z`;
  const base = { merchantId, time, amount: 1_000 + index, currency: 'EUR' };
  const paymentId = `pay_${index}`;
  const payoutId = `po_${index}`;
  switch (index % 10) {
    case 6:
    case 7:
      return toJson(refundSucceeded({ ...base, refundId: `re_${index}`, paymentId, feeRefunded: 7 }));
    case 8:
      return toJson(payoutInitiated({ ...base, payoutId, method: 'instant', destination: 'NL••4300' }));
    case 9:
      return toJson(payoutSettled({ ...base, payoutId, railReference: `rail-${index}`, traceId: `trace-${index}` }));
    default:
      return toJson(paymentCaptured({ ...base, paymentId, fee: 31, method: 'card', reference: `order ${index}` }));
  }
}

const bodies = Array.from({ length: EVENTS }, (_, index) => body(index));
const options = { receivedAtMs: Date.parse('2026-11-22T06:00:01Z') };
const rates: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  // Time of this process's processor, so that what else runs on the machine does not count.
  const before = process.cpuUsage();
  for (const text of bodies) {
    if (!parseEvent(text, options).ok) throw new Error('a good event was refused');
  }
  const { user, system } = process.cpuUsage(before);
  rates.push((EVENTS / (user + system)) * 1_000_000);
}
rates.sort((a, b) => a - b);
const [min, median, max] = [0, Math.floor(ROUNDS / 2), ROUNDS - 1].map((at) => Math.round(rates[at] ?? 0));
const bytes = Math.round(bodies.reduce((sum, text) => sum + text.length, 0) / EVENTS);
console.log(JSON.stringify({ eventsPerCpuSecond: { min, median, max }, bytesPerEvent: bytes, node: process.version }));
