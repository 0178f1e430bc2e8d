import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeConfig } from './describe-config.ts';
import { redactConfig } from './redact-config.ts';

const schema = z.object({
  DATABASE_URL: z.url().describe('URL of the database'),
  SETTLEMENT_SECRETS_KEY: z.base64().meta({ description: 'Key of the secrets', secret: true }).optional(),
  SETTLEMENT_TOKEN: z.string().meta({ secret: true }).pipe(z.string().min(1)),
  SETTLEMENT_PORT: z.coerce.number().describe('Port to listen on').default(8080),
  SETTLEMENT_INSECURE: z.stringbool().default(false).describe('For development'),
});

test('describes each variable, whatever wraps its type', () => {
  expect(describeConfig(schema)).toEqual([
    { name: 'DATABASE_URL', description: 'URL of the database', default: null, required: true, secret: false },
    { name: 'SETTLEMENT_SECRETS_KEY', description: 'Key of the secrets', default: null, required: false, secret: true },
    { name: 'SETTLEMENT_TOKEN', description: '', default: null, required: true, secret: true },
    { name: 'SETTLEMENT_PORT', description: 'Port to listen on', default: '8080', required: false, secret: false },
    { name: 'SETTLEMENT_INSECURE', description: 'For development', default: 'false', required: false, secret: false },
  ]);
});

test('redacts secrets and passwords in URLs, and leaves out what is not set', () => {
  const config = {
    DATABASE_URL: 'postgres://app:hunter2@localhost/app?password=hunter2',
    SETTLEMENT_SECRETS_KEY: undefined,
    SETTLEMENT_TOKEN: 'hunter2',
    SETTLEMENT_PORT: 1,
    SETTLEMENT_INSECURE: true,
  };
  expect(redactConfig(schema, config)).toEqual({
    DATABASE_URL: 'postgres://app:redacted@localhost/app?password=redacted',
    SETTLEMENT_TOKEN: '[redacted]',
    SETTLEMENT_PORT: 1,
    SETTLEMENT_INSECURE: true,
  });
});
