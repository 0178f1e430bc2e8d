/**
 * The registry: every read model, in the order they take an event. Those that post come first, then what is derived
 * from postings, then the anomalies that all of them found. Adding one is a folder and a line here.
 */
import { adjustments } from './adjustments/fold.ts';
import { anomalies } from './anomalies/fold.ts';
import { balances } from './balances/fold.ts';
import { disputes } from './disputes/fold.ts';
import { journal } from './journal/fold.ts';
import { payments } from './payments/fold.ts';
import { payouts } from './payouts/fold.ts';
import { refunds } from './refunds/fold.ts';
import { registry } from './registry.ts';
import { statements } from './statements/fold.ts';

export const READ_MODELS = registry([
  refunds,
  disputes,
  adjustments,
  payouts,
  payments,
  balances,
  journal,
  statements,
  anomalies,
]);
