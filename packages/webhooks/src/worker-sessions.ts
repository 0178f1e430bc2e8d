/**
 * What a worker's sessions are set to: it says the same few statements all day, and planning the claim takes a third of
 * the time of carrying it out. Planned once, for a queue of any length: by index.
 */
import type { DatabaseOptions } from '@northwind/service-kit';

export const WORKER_SESSIONS = {
  settings: {
    plan_cache_mode: 'force_generic_plan',
    enable_seqscan: 'off',
    jit: 'off',
    // Whatever the server's default: a claim that a crash takes back has been sent, and nothing would tell.
    synchronous_commit: 'on',
  },
} as const satisfies Partial<DatabaseOptions>;
