export type { AppendOutcome, IncomingEvent } from './append/append-events.ts';
export { createEventLog, type EventLog } from './append/event-log.ts';
export type { RejectedMessage } from './append/reject-messages.ts';
export {
  ApplyError,
  type BatchSlice,
  type ConsumedBatch,
  consumeRound,
  consumeWithin,
} from './consume/consume-round.ts';
export { type ConsumerOptions, createConsumer } from './consume/consumer.ts';
export { type GroupLag, readGroupLag } from './consume/group-lag.ts';
export { createLagGauges } from './consume/lag-gauges.ts';
export { type LoggedEvent, logSource, readEvents } from './consume/log-source.ts';
export {
  type GroupOrder,
  type PausedPartition,
  pauseGroup,
  type ResumedPartition,
  resumeGroup,
  type SeekOrder,
  type SeekOutcome,
  type SoughtPartition,
  seekGroup,
} from './consume/operate-group.ts';
export { registerGroup } from './consume/register-group.ts';
export type { OffsetRange, ReadItems, ReadLimit, Source } from './consume/source.ts';
export type { Coordinate } from './coordinate.ts';
export {
  createDoorbell,
  DOORBELL_DELIVERIES,
  DOORBELL_LEDGER,
  DOORBELL_READ,
  type Doorbell,
} from './doorbell/doorbell.ts';
export { createDoorbellListener } from './doorbell/doorbell-listener.ts';
export {
  classifyLedgerError,
  isDataRefused,
  isOfTheEvent,
  isRaceLost,
  type LedgerError,
} from './errors/ledger-errors.ts';
export { type Conflict, listConflicts } from './intake/list-conflicts.ts';
export { listRejections, type StoredRejection } from './intake/list-rejections.ts';
export { type IntakeTally, readIntake } from './intake/read-intake.ts';
export { ledgerSchemaVariable } from './ledger-schema.ts';
export { ledgerMigrations } from './migrations.ts';
export { type Anchor, type AnchorResult, anchorText, parseAnchor } from './seal/anchor-text.ts';
export { checkProof, type ProofVerdict, type ProvenEvent } from './seal/check-proof.ts';
export { createSealer, SEAL_GROUP, type SealerOptions } from './seal/create-sealer.ts';
export { exportProof, type Proof, type ProofAnswer, type ProofWish } from './seal/export-proof.ts';
export { readSealHeads, type SealHead, type SealHeads } from './seal/seal-heads.ts';
export { loadSealerConfig, type SealerConfig, sealerConfigSchema } from './seal/sealer-config.ts';
export { createSealerProcess } from './seal/sealer-process.ts';
export { type Finding, type FindingKind, WHAT_TO_DO } from './verify/finding.ts';
export { type VerifyDatabase, type VerifyOptions, type VerifyReport, verifyLog } from './verify/verify-log.ts';
