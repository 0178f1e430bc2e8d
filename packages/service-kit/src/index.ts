export { type BackoffOptions, backoff } from './backoff.ts';
export { type Clock, formatInstant, systemClock } from './clock.ts';
export { ConfigError, type ConfigProblem } from './config/config-error.ts';
export { type ConfigVariable, describeConfig } from './config/describe-config.ts';
export { type LoadConfigOptions, loadConfig } from './config/load-config.ts';
export { redactConfig } from './config/redact-config.ts';
export { assertMigrated } from './database/assert-migrated.ts';
export {
  type ArrayMemory,
  byteaArray,
  dateArray,
  type EncodeArray,
  int2Array,
  int4Array,
  int8Array,
  jsonbArray,
  newMemory,
  textArray,
  timestamptzArray,
  uuidArray,
} from './database/encode-arrays.ts';
export { type AppliedMigration, type MigrateOptions, migrate } from './database/migrate.ts';
export { listMigrationFiles, type MigrationFile, type MigrationSet } from './database/migration-set.ts';
export { createDatabaseClient, type Database, type DatabaseOptions, openDatabase } from './database/open-database.ts';
export type { SchemaNames } from './database/rename-schemas.ts';
export { isTransientDatabaseError } from './database/transient-database-error.ts';
export { type Environment, environment } from './environment.ts';
export { type Alarm, createAlarm } from './lifecycle/create-alarm.ts';
export { createLoop, type LoopOptions } from './lifecycle/create-loop.ts';
export { createService, type ServiceDefinition } from './lifecycle/create-service.ts';
export { explainStartupError } from './lifecycle/explain-startup-error.ts';
export { growHeapSlowly } from './lifecycle/grow-heap-slowly.ts';
export {
  EXIT_FAILED,
  EXIT_WRONG_CONFIG,
  type ProcessHost,
  type RunProcessOptions,
  runProcess,
} from './lifecycle/run-process.ts';
export type { Service } from './lifecycle/service.ts';
export { serviceStack } from './lifecycle/service-stack.ts';
export { answerHealth, type HealthAnswer } from './observe/answer-health.ts';
export {
  type ComponentHealth,
  createHealth,
  type Health,
  type HealthState,
  NOT_STARTED_YET,
} from './observe/create-health.ts';
export { createLogger, LOG_LEVELS, type Logger, type LoggerOptions, type LogLevel } from './observe/create-logger.ts';
export { Counter, createMetrics, Gauge, Histogram, Registry } from './observe/create-metrics.ts';
export { type HealthServerOptions, healthServer } from './observe/health-server.ts';
export { randomBytes, randomId, randomUnit } from './random.ts';
export { StartupError } from './startup-error.ts';
export { stringify } from './stringify.ts';
