import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchAnswer, startApi, type TestApi } from '../../test/start-api.ts';

let api: TestApi;
let parent: string;
let folder: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'northwind-portal-'));
  folder = join(parent, 'dist');
  api = await startApi({ projector: false, api: { portalFolder: folder } });
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await rm(parent, { recursive: true, force: true });
});

/** As it is written: fetch would tidy the path up. */
function rawGet(path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

describe('the portal', () => {
  test('that isn’t built yet is a page that says so; once built it is there without a restart', async () => {
    const missing = await api.fetch('/');
    expect(missing.status).toBe(503);
    expect(missing.text).toContain('SETTLEMENT_PORTAL_FOLDER');
    expect(missing.text).not.toContain(folder);

    await mkdir(join(folder, 'assets'), { recursive: true });
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Portal</title>');
    await writeFile(join(folder, 'assets', 'index-abc.js'), 'console.log(1)');
    await writeFile(join(folder, '.env'), 'SECRET=1');
    await writeFile(join(parent, 'outside.txt'), 'outside');
    const page = await api.fetch('/');
    expect(page).toMatchObject({ status: 200, text: '<!doctype html><title>Portal</title>' });
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('is one page for every path that is a page', async () => {
    for (const path of ['/login', '/login?x=1', '/payouts/po_1', '/any/thing']) {
      expect(await api.fetch(path)).toMatchObject({ status: 200, text: expect.stringContaining('Portal') });
    }
  });

  test('files named by their content may be kept for ever', async () => {
    const { status, headers } = await api.fetch('/assets/index-abc.js');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('javascript');
    expect(headers.get('cache-control')).toContain('immutable');
  });

  test('what is not there is a 404, not the page', async () => {
    for (const path of ['/assets/index-old.js', '/favicon.ico', '/v1/none', '/v1', '/health/none']) {
      expect((await api.fetch(path)).status).toBe(404);
    }
    expect((await api.fetch('/login', { method: 'POST' })).status).toBe(404);
  });

  test('gives out nothing that lies beside it', async () => {
    for (const path of [
      '/../outside.txt',
      '/%2e%2e/outside.txt',
      '/assets/..%2f..%2foutside.txt',
      '/..%5coutside.txt',
      '/.env',
    ]) {
      expect([400, 403, 404]).toContain(await rawGet(path));
    }
  });

  test('no folder at all is a page that says so', async () => {
    const node = await api.startNode();
    const { status, text } = await fetchAnswer(`${node.url}/login`);
    expect(status).toBe(503);
    expect(text).toContain('SETTLEMENT_PORTAL_FOLDER is not set');
  });
});
