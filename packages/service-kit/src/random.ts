import { randomBytes as cryptoBytes, randomUUID } from 'node:crypto';

/** A UUID version 4. */
export function randomId(): string {
  return randomUUID();
}

/** Bytes fit for keys and tokens. */
export function randomBytes(size: number): Buffer {
  return cryptoBytes(size);
}

/** A number in [0, 1), for jitter. Never for secrets. */
export function randomUnit(): number {
  return Math.random();
}
