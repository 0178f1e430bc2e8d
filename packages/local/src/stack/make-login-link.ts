import type { AccessTables } from '@northwind/query-api';
import { openDatabase } from '@northwind/service-kit';

export interface LoginLinkOptions {
  readonly merchantId: string;
  /** Of the portal, e.g. http://127.0.0.1:8080. */
  readonly origin: string;
  readonly ttlMs: number;
}

export interface LoginLink {
  readonly url: string;
  readonly expiresAt: string;
}

/** A link by which a browser comes into a merchant's portal, once. */
export async function makeLoginLink(databaseUrl: string, options: LoginLinkOptions): Promise<LoginLink> {
  const { createLoginLink } = await import('@northwind/query-api');
  const { merchantId, origin, ttlMs } = options;
  await using database = openDatabase<AccessTables>({ url: databaseUrl, applicationName: 'settle', connectionsMax: 1 });
  const { token, expiresAt } = await createLoginLink(database.db, { merchantId, ttlMs });
  return { url: `${origin.replace(/\/$/, '')}/login#token=${token}`, expiresAt };
}
