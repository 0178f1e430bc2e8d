import { stringify } from '@northwind/service-kit';
import type { ServerMessage } from './protocol.ts';

/** A message as it goes on the wire: bigint as exact JSON integers. */
export function writeMessage(message: ServerMessage): string {
  return stringify(message);
}
