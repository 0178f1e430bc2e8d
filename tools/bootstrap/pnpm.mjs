// npx brings pnpm without a global install; its exact version keeps the lock file's meaning fixed.
export const PNPM = 'pnpm@12.21.0';

/** Arguments of npx that run a program with pnpm on the PATH (turbo runs the packages' scripts through it). */
export function withPnpm(program, args) {
  return ['--yes', `--package=${PNPM}`, '--', program, ...args];
}

/** The environment for npm, pnpm and turbo: fail within seconds when the registry is away, and send no telemetry. */
export function toolEnvironment() {
  return {
    ...process.env,
    npm_config_fetch_retry_mintimeout: '1000',
    npm_config_fetch_retry_maxtimeout: '5000',
    npm_config_loglevel: 'error',
    npm_config_update_notifier: 'false',
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  };
}
