/** What can't be done to generations as things stand; the message says what to do. */
export class RebuildError extends Error {
  override name = 'RebuildError';
}
