import { ConfigError } from '@northwind/service-kit';
import { expect, test } from 'vitest';
import { loadProjectorConfig } from './config.ts';

const DATABASE_URL = 'postgres://settlement:secret@127.0.0.1/settlement';

test('a database is all it needs', () => {
  expect(loadProjectorConfig({ DATABASE_URL })).toMatchObject({
    SETTLEMENT_PROJECTOR_BATCH_SIZE_MAX: 8_000,
    SETTLEMENT_PROJECTOR_COLLECT_MS: 1,
    SETTLEMENT_HEALTH_PORT: 0,
  });
});

test('the other services’ variables are no mistakes, misspelt ones are, and all are told at once', () => {
  loadProjectorConfig({ DATABASE_URL, SETTLEMENT_API_PORT: '8080', SETTLEMENT_WRITER_RECEIVERS: '8' });
  let error: unknown;
  try {
    loadProjectorConfig({ SETTLEMENT_PROJECTOR_BATCH_SIZE_MAX: '0', SETTLEMENT_PROJECTR_BATCH: '1' });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigError).problems.map(({ variable }) => variable).sort()).toEqual([
    'DATABASE_URL',
    'SETTLEMENT_PROJECTOR_BATCH_SIZE_MAX',
    'SETTLEMENT_PROJECTR_BATCH',
  ]);
});
