import { describe, expect, it } from 'vitest';
import { matchRoute, payoutPath } from './match-route.ts';

describe('matchRoute', () => {
  it.each([
    ['/', { page: 'overview', payoutId: null }],
    ['/login', { page: 'login' }],
    ['/payouts/po_9f3', { page: 'overview', payoutId: 'po_9f3' }],
    ['/payouts/', { page: 'not_found' }],
    ['/payouts/%E0%A4%A', { page: 'not_found' }],
    ['/payouts/a/b', { page: 'not_found' }],
  ])('%s', (path, route) => {
    expect(matchRoute(path)).toEqual(route);
  });

  it('finds a payout whose id needs escaping', () => {
    expect(matchRoute(payoutPath('po/ü 1'))).toEqual({ page: 'overview', payoutId: 'po/ü 1' });
  });
});
