/**
 * What of a page may be looked at before the next one is read. Whoever took the primary key away may have put two rows
 * at one place, and a full page may end between them: so the rows at its last place wait for the next page, which
 * begins there. A page of which all rows are at one place is taken as it is: that is found, however many there are.
 */
export function wholePage<Row>(page: readonly Row[], limit: number, placeOf: (row: Row) => bigint): readonly Row[] {
  const [first] = page;
  const last = page.at(-1);
  if (first === undefined || last === undefined || page.length < limit) return page;
  const place = placeOf(last);
  if (placeOf(first) === place) return page;
  return page.slice(
    0,
    page.findIndex((row) => placeOf(row) === place),
  );
}
