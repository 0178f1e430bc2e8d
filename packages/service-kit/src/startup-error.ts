/** Why a process can't start, in one line, and in `hint` what to do about it. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  readonly hint: string;

  constructor(message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
  }
}
