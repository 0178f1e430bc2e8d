import { eventually, freePort } from '@northwind/testing';
import { expect, test } from 'vitest';
import { payments } from '../../test/events.ts';
import { openSealedLog } from '../../test/sealed-log.ts';
import { createSealerProcess } from './sealer-process.ts';

test('the process seals, says so in its metrics, stops, and can be told so twice', async () => {
  await using sealed = await openSealedLog();
  await sealed.log.append(payments(100, 'a'));
  const port = await freePort();
  const service = await createSealerProcess({
    DATABASE_URL: sealed.url,
    SETTLEMENT_LOG_LEVEL: 'silent',
    SETTLEMENT_HEALTH_PORT: String(port),
  });
  await service.start();
  try {
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200);
    await eventually(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return metrics.includes('settlement_sealer_events_total 100') && /settlement_log_dead_rows.* \d/.test(metrics);
    });
  } finally {
    await service.stop();
    await service.stop();
  }
  expect(await sealed.verify()).toMatchObject({ unsealed: 0n, findings: [] });
});

test('a wrong environment is told before anything is started', async () => {
  await expect(createSealerProcess({ SETTLEMENT_SEALER_COLLECT_MS: '1', SETTLEMENT_SEALR: 'x' })).rejects.toMatchObject(
    {
      problems: ['DATABASE_URL', 'SETTLEMENT_SEALER_COLLECT_MS', 'SETTLEMENT_SEALR'].map((variable) =>
        expect.objectContaining({ variable }),
      ),
    },
  );
});
