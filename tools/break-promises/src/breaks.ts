import type { Break } from './breaks/break.ts';
import { CONSUMER_BREAKS } from './breaks/consumers.ts';
import { GUARD_BREAKS } from './breaks/guards.ts';
import { IDEMPOTENCY_BREAKS } from './breaks/idempotency.ts';
import { INTAKE_BREAKS } from './breaks/intake.ts';
import { ORDER_BREAKS } from './breaks/order.ts';
import { SEAL_BREAKS } from './breaks/seals.ts';

/** Each a defect of a line or two, in the order of SPEC.md. */
export const BREAKS: readonly Break[] = [
  ...ORDER_BREAKS,
  ...IDEMPOTENCY_BREAKS,
  ...INTAKE_BREAKS,
  ...GUARD_BREAKS,
  ...CONSUMER_BREAKS,
  ...SEAL_BREAKS,
];
