import { expect, test } from 'vitest';
import { createLogger } from './create-logger.ts';

test('writes one JSON object a line, bigint exactly, an error with its stack', () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'shop', level: 'info', destination: { write: (line) => void lines.push(line) } });
  logger.info({ event: 'batch.appended', offset: 9_007_199_254_740_993n, inner: { offset: 2n ** 60n } }, 'appended');
  logger.error({ event: 'batch.failed', error: new Error('boom') }, 'failed');
  logger.debug({ event: 'hidden' }, 'not at this level');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('"offset":9007199254740993,"inner":{"offset":1152921504606846976}');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    service: 'shop',
    event: 'batch.appended',
    message: 'appended',
  });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 'error', error: { type: 'Error', message: 'boom' } });
});
