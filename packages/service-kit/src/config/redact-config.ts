import type { z } from 'zod';
import { describeConfig } from './describe-config.ts';

/** The configuration as it may be logged: secrets hidden, and passwords inside URLs. */
export function redactConfig(schema: z.ZodObject, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const redacted: Record<string, unknown> = {};
  for (const { name, secret } of describeConfig(schema)) {
    const value = config[name];
    if (value === undefined) continue;
    redacted[name] = secret ? '[redacted]' : redactPassword(value);
  }
  return redacted;
}

function redactPassword(value: unknown): unknown {
  if (typeof value !== 'string' || !URL.canParse(value)) return value;
  const url = new URL(value);
  if (url.password === '' && !url.searchParams.has('password')) return value;
  if (url.password !== '') url.password = 'redacted';
  if (url.searchParams.has('password')) url.searchParams.set('password', 'redacted');
  return url.href;
}
