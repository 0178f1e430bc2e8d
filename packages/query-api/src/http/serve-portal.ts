/** The portal's files, and its one page for every path that is a page of it. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiApp } from './api-app.ts';
import { Problem } from './problems.ts';
import { isApiPath } from './security-headers.ts';

// The build names these by their content, so a name never means another file.
const CONTENT_NAMED = /[\\/]assets[\\/]/;
const YEAR_SECONDS = 31_536_000;

export async function servePortal(app: ApiApp, folder: string | null): Promise<void> {
  if (folder !== null) {
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: true,
      index: false,
      dotfiles: 'ignore',
      suppressWarning: true,
      cacheControl: false,
      setHeaders: (response, path) => {
        const lasting = CONTENT_NAMED.test(path);
        response.header('cache-control', lasting ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
      },
    });
  }
  app.get('/', { schema: { hide: true } }, async (_request, reply) => answerPage(reply, folder));
  app.setNotFoundHandler(async (request, reply) => {
    if (!isPage(request)) throw new Problem('not_found', `Nothing answers ${request.method} on this path.`);
    return answerPage(reply, folder);
  });
}

/** A path without an extension that a browser wants to show. */
function isPage({ method, url, headers }: FastifyRequest): boolean {
  const path = url.split('?')[0] ?? '/';
  const navigates = (method === 'GET' || method === 'HEAD') && (headers.accept ?? '*/*').match(/text\/html|\*\/\*/);
  return Boolean(navigates) && !isApiPath(path) && !/\.[^/]*$/.test(path);
}

async function answerPage(reply: FastifyReply, folder: string | null): Promise<FastifyReply> {
  const isThere = folder !== null && (await isFile(join(folder, 'index.html')));
  if (isThere) return reply.code(200).sendFile('index.html');
  return reply.code(503).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(missingPage(folder));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function missingPage(folder: string | null): string {
  const why =
    folder === null
      ? 'SETTLEMENT_PORTAL_FOLDER is not set, so this API serves no portal.'
      : 'The folder in SETTLEMENT_PORTAL_FOLDER holds no index.html: the portal is not built, or not there.';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Portal not available</title></head>
<body><h1>The portal is not available here</h1><p>${why}</p>
<p>The API itself works: see <a href="/v1/openapi.json">/v1/openapi.json</a>.</p></body></html>
`;
}
