import { ConfigError, describeConfig, redactConfig } from '@northwind/service-kit';
import { describe, expect, test } from 'vitest';
import { apiConfigSchema, loadApiConfig } from './config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const RIGHT = { DATABASE_URL: 'postgres://api:secret@db/settlement', SETTLEMENT_SECRETS_KEY: KEY };

describe('the API’s environment', () => {
  test('needs two variables and has a default or nothing for the rest', () => {
    expect(loadApiConfig(RIGHT)).toMatchObject({
      SETTLEMENT_API_HOST: '127.0.0.1',
      SETTLEMENT_API_PORT: 8080,
      SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS: false,
    });
  });

  test('says everything that is wrong at once', () => {
    const wrong = {
      DATABASE_URL: 'mysql://db',
      SETTLEMENT_API_PORT: '80800',
      SETTLEMENT_PORTAL_ORIGIN: 'https://portal.example.com/path',
      SETTLEMENT_SECRETS_KEY: 'short',
      SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS: 'maybe',
      SETTLEMENT_APPI_HOST: 'x',
    };
    try {
      loadApiConfig(wrong);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).problems.map(({ variable }) => variable).sort()).toEqual(Object.keys(wrong).sort());
    }
  });

  test('the other services’ variables are no mistakes', () => {
    const others = {
      SETTLEMENT_WRITER_FLUSH_MS: '5',
      SETTLEMENT_HEALTH_PORT: '1',
      SETTLEMENT_WEBHOOKS_CONCURRENCY: '1',
    };
    expect(() => loadApiConfig({ ...RIGHT, ...others })).not.toThrow();
  });

  test('every variable is described, and secrets are not shown', () => {
    for (const { name, description } of describeConfig(apiConfigSchema)) expect(description, name).not.toBe('');
    const shown = JSON.stringify(redactConfig(apiConfigSchema, loadApiConfig(RIGHT)));
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain('secret@');
  });
});
