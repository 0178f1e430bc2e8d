export type Route =
  | { readonly page: 'overview'; readonly payoutId: string | null }
  | { readonly page: 'login' }
  | { readonly page: 'not_found' };

export const OVERVIEW_PATH = '/';
export const payoutPath = (payoutId: string): string => `/payouts/${encodeURIComponent(payoutId)}`;

export function matchRoute(path: string): Route {
  if (path === '/') return { page: 'overview', payoutId: null };
  if (path === '/login') return { page: 'login' };
  const [, payoutId] = /^\/payouts\/([^/]+)\/?$/.exec(path) ?? [];
  if (payoutId === undefined) return { page: 'not_found' };
  try {
    return { page: 'overview', payoutId: decodeURIComponent(payoutId) };
  } catch {
    return { page: 'not_found' };
  }
}
