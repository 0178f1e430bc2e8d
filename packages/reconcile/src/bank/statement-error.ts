/** The file is not a bank statement that can be read; the message says where and why. */
export class BankStatementError extends Error {
  override name = 'BankStatementError';
}
