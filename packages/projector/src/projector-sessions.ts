/**
 * What the sessions that apply batches are set to. The same few dozen statements all day, each on few rows, so what a
 * statement costs besides its rows is what a live event waits for.
 */
import type { DatabaseOptions } from '@northwind/service-kit';

export const APPLYING_SESSIONS = {
  pipeline: true,
  keepsAllPlans: true,
  settings: {
    // Rows and the group's offset go together if a crash takes them back, and are applied again. What is sent because
    // of them (webhooks) was claimed by a commit later in the same log, which waits for the disk.
    synchronous_commit: 'off',
    // Planned once, for tables of any size: by index.
    plan_cache_mode: 'force_generic_plan',
    enable_seqscan: 'off',
    jit: 'off',
  },
} as const satisfies Partial<DatabaseOptions>;
