/** The one address of every fact: the place of its event in the log. */
export interface Coordinate {
  readonly partition: number;
  /** Dense from 0 within the partition. */
  readonly offset: bigint;
}
