import { StartupError } from '@northwind/service-kit';

/** The command can't begin as it was called: one line what is wrong and one what to do. Exit code 2. */
export class UsageError extends StartupError {}
