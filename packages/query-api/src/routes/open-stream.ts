import type { WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type RedeemedTicket, redeemStreamTicket } from '../access/redeem-stream-ticket.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { requireOwnOrigin } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { ANYONE } from '../shapes/security.ts';
import type { StreamSocket } from '../stream/connection.ts';
import { CLOSE_CODES } from '../stream/protocol.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a websocket's ticket admits to; null when it admits to nothing. */
    admission: RedeemedTicket | null;
  }
}

export function openStream(app: ApiApp, { db, hub, portalOrigin }: ApiContext): void {
  app.route({
    method: 'GET',
    url: '/v1/stream',
    schema: {
      operationId: 'openStream',
      summary: 'A websocket with a merchant’s balances and payouts as they change',
      description: [
        'After the upgrade the client sends `{"type":"subscribe","cursor":null}`, or the cursor of the last message',
        'it has read, and gets `snapshot`, `resumed`, `up_to_date` or `reset`, then `changes`.',
        'A refused ticket closes with code 4401.',
      ].join(' '),
      tags: ['stream'],
      security: ANYONE,
      querystring: z.object({ ticket: describe(z.string().optional(), 'From POST /v1/stream-tickets.') }),
      response: problemResponses('upgrade_required', 'origin_forbidden'),
    },
    preHandler: async (request) => {
      if (!request.ws) return;
      requireOwnOrigin(request, portalOrigin, 'optional');
      // Before the upgrade, so that the first message can't arrive while the ticket is still being looked up.
      request.admission = await redeemStreamTicket(db, request.query.ticket ?? '');
    },
    handler: async (_request, reply) => {
      void reply.header('upgrade', 'websocket');
      throw new Problem('upgrade_required', 'Open this path as a websocket.');
    },
    wsHandler: (socket, request) => attach(socket, request),
  });

  function attach(socket: WebSocket, request: FastifyRequest): void {
    if (!request.admission) {
      socket.close(CLOSE_CODES.ticket_refused, 'ticket_refused');
      return;
    }
    const connection = hub.accept(streamSocket(socket), request.admission);
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      connection.message(isBinary ? null : data.toString('utf8'));
    });
    socket.on('pong', () => connection.pong());
    socket.on('close', () => connection.end('gone'));
  }
}

function streamSocket(socket: WebSocket): StreamSocket {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text, sent) => socket.send(text, () => sent()),
    ping: () => socket.ping(),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}
