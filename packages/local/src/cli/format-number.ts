/** `1,200,000`: how people are shown a count. */
export function formatNumber(value: bigint | number): string {
  return value.toLocaleString('en-US');
}
