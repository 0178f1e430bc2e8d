import { type Coordinate, readCoordinate } from './coordinate.ts';
import { readExact, readFields, readInteger, readText } from './read-fields.ts';

export interface Balance {
  readonly currency: string;
  readonly exponent: number;
  readonly availableMinor: bigint;
  readonly inTransitMinor: bigint;
  readonly reservedMinor: bigint;
  readonly grossMinor: bigint;
  readonly feesMinor: bigint;
  readonly refundsMinor: bigint;
  readonly disputesMinor: bigint;
  readonly adjustmentsMinor: bigint;
  readonly paidOutMinor: bigint;
  readonly asOf: Coordinate;
}

export function readBalance(value: unknown): Balance {
  const fields = readFields(value, 'balance');
  return {
    currency: readText(fields, 'currency'),
    exponent: readInteger(fields, 'exponent'),
    availableMinor: readExact(fields, 'availableMinor'),
    inTransitMinor: readExact(fields, 'inTransitMinor'),
    reservedMinor: readExact(fields, 'reservedMinor'),
    grossMinor: readExact(fields, 'grossMinor'),
    feesMinor: readExact(fields, 'feesMinor'),
    refundsMinor: readExact(fields, 'refundsMinor'),
    disputesMinor: readExact(fields, 'disputesMinor'),
    adjustmentsMinor: readExact(fields, 'adjustmentsMinor'),
    paidOutMinor: readExact(fields, 'paidOutMinor'),
    asOf: readCoordinate(fields.asOf),
  };
}
