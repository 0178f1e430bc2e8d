export { type EventuallyOptions, eventually } from './eventually.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export { freePort } from './free-port.ts';
export { dumpSchema } from './postgres/dump-schema.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres/start-postgres.ts';
export { type TestDatabase, testDatabase } from './postgres/test-database.ts';
export {
  type FakeMerchant,
  type FakeMerchantOptions,
  type MerchantAnswer,
  type MerchantBehaviour,
  type MerchantRequest,
  startFakeMerchant,
} from './start-fake-merchant.ts';
export { type SqsServer, startSqs } from './start-sqs.ts';
export { type RecordingLogger, recordingLogger, silentLogger } from './test-logger.ts';
