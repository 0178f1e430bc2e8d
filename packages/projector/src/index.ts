export { type AnomaliesWish, listAnomalies, type StoredAnomaly } from './anomalies/query.ts';
export type { AnomalyRow } from './anomalies/table.ts';
export { type BalancesAsOf, readBalancesAsOf } from './as-of/balances-as-of.ts';
export { type PayoutAsOf, readPayoutAsOf } from './as-of/payout-as-of.ts';
export { AsOfError, type Moment } from './as-of/resolve-as-of.ts';
export { readStatementsAsOf, type StatementsAsOf } from './as-of/statements-as-of.ts';
export { type CurrencyBalance, readTrialBalance, type TrialBalance } from './as-of/trial-balance.ts';
export { type Balance, type BalancesAnswer, readBalances } from './balances/query.ts';
export type { BalanceFigures } from './balances/table.ts';
export {
  CHANGED_PAYOUTS_MAX,
  type Changes,
  type ChangesWish,
  type MerchantSnapshot,
  readChanges,
  readMerchantSnapshot,
} from './changes/read-changes.ts';
export { loadProjectorConfig, type ProjectorConfig, projectorConfigSchema } from './config.ts';
export type { AnomalyKind } from './folding.ts';
export type { Comparison, MoneyComparison, TableComparison } from './generations/compare-generations.ts';
export { dropGeneration } from './generations/drop-generation.ts';
export { FillError } from './generations/fill-generation.ts';
export type { FirstDifference, MerchantDifference } from './generations/find-differences.ts';
export type { Generation } from './generations/generation.ts';
export { readGenerationStatus, type StatusOfGeneration } from './generations/generation-status.ts';
export { HoldError } from './generations/hold-generation.ts';
export { promote } from './generations/promote.ts';
export { type RebuildOptions, type RebuildStep, type Rebuilt, rebuild } from './generations/rebuild.ts';
export { RebuildError } from './generations/rebuild-error.ts';
export { LANES_DEFAULT, rebuildSessions } from './generations/rebuild-sessions.ts';
export { rollBack } from './generations/roll-back.ts';
export { GateError } from './generations/take-over.ts';
export { ACCOUNTS, type Account } from './journal/accounts.ts';
export { readMigrations } from './migrations.ts';
export { listTransitions, type TransitionsWish } from './payouts/list-transitions.ts';
export {
  listPayouts,
  type Payout,
  type PayoutAnswer,
  type PayoutFact,
  type PayoutsAnswer,
  type PayoutsWish,
  readPayout,
} from './payouts/query.ts';
export { PAYOUT_STATUSES, type PayoutStatus } from './payouts/status.ts';
export type { PayoutSnapshot } from './payouts/table.ts';
export { type PayoutTransition, transitionsSource } from './payouts/transitions-source.ts';
export { readAtOneSnapshot } from './position/read-at-one-snapshot.ts';
export { type AsOf, asOfMerchant, type ReadPosition, readPosition } from './position/read-position.ts';
export { MissingModelError } from './position/require-model.ts';
export { createProjector, type ProjectorOptions } from './projector.ts';
export { createProjectorProcess } from './projector-process.ts';
export { APPLYING_SESSIONS } from './projector-sessions.ts';
export { readStatements, type StatementsAnswer, type StatementsWish } from './statements/query.ts';
export type { StatementRow } from './statements/table.ts';
