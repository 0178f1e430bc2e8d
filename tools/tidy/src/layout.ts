// What the rules know about this repository: which package may import which, and the limits. The reasons stand in
// docs/ARCHITECTURE.md (import direction) and CONTRIBUTING.md (sizes).

const LOG = ['events', 'service-kit', 'event-store'];

/** Production code of a package may import these packages and no other. Data flows down, imports point up. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  events: [],
  'service-kit': [],
  'event-store': ['events', 'service-kit'],
  'ledger-writer': LOG,
  projector: LOG,
  webhooks: [...LOG, 'projector'],
  'query-api': [...LOG, 'projector', 'webhooks'],
  reconcile: [...LOG, 'projector', 'webhooks'],
  portal: ['events'],
  cutover: [...LOG, 'projector'],
  testing: ['events', 'service-kit'],
  simulation: [...LOG, 'ledger-writer', 'testing'],
  local: [...LOG, 'ledger-writer', 'projector', 'webhooks', 'query-api', 'reconcile', 'portal', 'cutover'],
  bench: [...LOG, 'ledger-writer', 'projector', 'webhooks', 'query-api', 'portal', 'cutover', 'testing', 'local'],
};

/** Tests may import these besides. */
export const TESTS_MAY_IMPORT: readonly string[] = ['testing'];

/** Code of these packages runs in a browser too: no module of Node's. */
export const BROWSER_PACKAGES: readonly string[] = ['events', 'portal'];

/** Packages whose output is a log: they write through their logger, never to the console. */
export const SERVICE_PACKAGES: readonly string[] = [
  'events',
  'service-kit',
  'event-store',
  'ledger-writer',
  'projector',
  'webhooks',
  'query-api',
  'cutover',
];

/** The one package that touches the clock, chance and the environment, so that all others get them as data. */
export const CLOCK_PACKAGE = 'service-kit';

/** Coordinators besides every main.ts: they wire parts together and must not grow logic of their own. */
export const COORDINATORS: readonly string[] = [
  'packages/local/src/stack/start-stack.ts',
  'packages/local/src/demo/run-demo.ts',
  'packages/portal/src/app.tsx',
];

export const LIMITS = {
  fileLines: 400,
  coordinatorLines: 150,
  functionLines: 70,
  lineColumns: 120,
  positionalParameters: 4,
} as const;

/** Names that say nothing about what is inside. */
export const BANNED_NAMES: readonly string[] = ['util', 'utils', 'common', 'helper', 'helpers', 'misc', 'stuff'];
