import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateOpenapi } from './generate-openapi.ts';

test('the committed document is what the routes say (else: node scripts/generate-openapi.ts)', async () => {
  const committed = readFileSync(new URL('../schemas/openapi.json', import.meta.url), 'utf8');
  expect(await generateOpenapi()).toBe(committed);
});

test('it is OpenAPI 3.1, every operation has an id and a summary, every reference leads somewhere', async () => {
  const text = await generateOpenapi();
  const document = JSON.parse(text);
  expect(document.openapi).toMatch(/^3\.1\./);
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path as object));
  expect(operations).toHaveLength(15);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(15);
  for (const { summary, security, tags } of operations) {
    expect(summary).toEqual(expect.any(String));
    expect(security).toEqual(expect.any(Array));
    expect(document.tags.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(tags));
  }
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    expect(document.components.schemas).toHaveProperty([name]);
  }
});
