/** What the exit codes of every command mean. */
export const EXIT_OK = 0;
/** It didn't work, or what was checked isn't right. */
export const EXIT_FAILURE = 1;
/** The command line or the environment is wrong; nothing was begun. */
export const EXIT_USAGE = 2;
/** What was measured doesn't count. */
export const EXIT_VOID = 3;
