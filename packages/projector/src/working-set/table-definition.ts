/**
 * What a table is made with beside its columns and key. Each part says what it is for; the reasons become the
 * database's comments.
 */
export interface TableDefinition<Row> {
  /** What one row is. */
  readonly comment: string;
  /** The queries that the primary key serves. */
  readonly keyServes: string;
  readonly checks?: readonly Check[];
  readonly indexes?: readonly Index<Row>[];
  /** Of columns whose name does not say it all. */
  readonly columnComments?: { readonly [Property in keyof Row]?: string };
  /**
   * Percent of a page that new rows fill, 10 to 100. Rows that are changed again and again need room to be updated in
   * place: 70.
   */
  readonly fillfactor?: number;
}

export interface Check {
  /** Begins with the table's name; what a violation is reported under. */
  readonly name: string;
  /** SQL over the columns of one row. */
  readonly rule: string;
  readonly because: string;
}

export interface Index<Row> {
  /** Begins with the table's name. */
  readonly name: string;
  readonly columns: readonly (keyof Row & string)[];
  readonly unique?: boolean;
  /** The query that needs it. */
  readonly serves: string;
}
