import { type Fields, readExact, readFields, readInteger, readText } from './read-fields.ts';

/** The address of a fact: the place of its event in the log. */
export interface Coordinate {
  readonly partition: number;
  readonly offset: bigint;
}

/** A coordinate in one generation of the read models; what a stream resumes from. */
export interface Cursor extends Coordinate {
  readonly epoch: string;
}

export function readCoordinate(value: unknown): Coordinate {
  const fields = readFields(value, 'asOf');
  return coordinateOf(fields);
}

export const coordinateOf = (fields: Fields): Coordinate => ({
  partition: readInteger(fields, 'partition'),
  offset: readExact(fields, 'offset'),
});

export function readCursor(value: unknown): Cursor {
  const fields = readFields(value, 'cursor');
  return { epoch: readText(fields, 'epoch'), ...coordinateOf(fields) };
}

export const formatCoordinate = ({ partition, offset }: Coordinate): string => `${partition}:${offset}`;
