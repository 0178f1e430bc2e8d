const IDS = '(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}';
/** Version 00 is this long and no longer; a later one may tell more, of which a line is enough. */
const TRACEPARENT = new RegExp(`^(?:00-${IDS}|(?!00|ff)[0-9a-f]{2}-${IDS}(?:-[\\x21-\\x7e]{0,200})?)$`);

/** Whether the text is a W3C `traceparent`. What is none, is too long, or names no trace counts as absent. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}
