import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// A project per cost. Each runs when the one before has finished, so that the slow ones have the machine to themselves.
const postgres = fileURLToPath(new URL('packages/testing/src/postgres/global-setup.ts', import.meta.url));
const costly = ['pg', 'e2e', 'containers'];
const exclude = [...configDefaults.exclude, '**/.settlement/**'];

const containers = {
  test: {
    name: 'containers',
    // Ryuk, which removes what a killed run leaves, would be one more image to pull; the tests remove their own.
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
    include: ['**/*.containers.test.ts'],
    exclude,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
    sequence: { groupOrder: 3 },
  },
};

export default defineConfig({
  test: {
    // A package whose tests all belong to another project is not a failure of this one.
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...exclude, ...costly.map((cost) => `**/*.${cost}.test.ts`)],
          // Far more than any takes: a busy machine must not fail a test that does no I/O.
          testTimeout: 30_000,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'pg',
          include: ['**/*.pg.test.ts'],
          exclude,
          globalSetup: [postgres],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: Math.max(2, Math.ceil(availableParallelism() / 2)),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude,
          globalSetup: [postgres],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      // Needs a container runtime, so it only runs when asked for by name: vitest --project containers.
      ...(process.argv.some((argument) => argument.includes('containers')) ? [containers] : []),
    ],
  },
});
