/** What can't be done with generations as things stand; the message says what to do. Nothing was changed. */
export class RebuildError extends Error {
  override name = 'RebuildError';
}
