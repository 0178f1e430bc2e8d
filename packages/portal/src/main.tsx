// The base comes first, so that a feature's own rules come after it and win.
import './styles/tokens.css';
import './styles/base.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { drawChance, nowMs } from './platform/browser-clock.ts';
import { OVERVIEW_PATH } from './router/match-route.ts';
import { navigate } from './router/use-route.ts';
import { createSessionStore, tokenOf } from './session/session-store.ts';
import { createSettlementStore } from './settlement/settlement-store.ts';
import {
  closeSession,
  openSession,
  requestBalances,
  requestMe,
  requestPayouts,
  requestStreamTicket,
} from './wire/settlement-requests.ts';

const session = createSessionStore({
  openSession,
  closeSession,
  requestMe,
  enter: () => navigate(OVERVIEW_PATH, { replace: true }),
});

function openSocket(ticket: string): WebSocket {
  const url = new URL('/v1/stream', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('ticket', ticket);
  return new WebSocket(url);
}

const openSettlement = () =>
  createSettlementStore({
    nowMs,
    drawChance,
    requestBalances,
    requestPayouts,
    requestTicket: requestStreamTicket,
    openSocket,
    onSignedOut: session.end,
  });

// The token leaves the address before anything else can read it: no history entry, bookmark or referrer keeps it.
const token = location.pathname === '/login' ? tokenOf(location.hash) : null;
if (location.hash !== '') history.replaceState(null, '', location.pathname);
void session.open(token);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App session={session} openSettlement={openSettlement} />
  </StrictMode>,
);
