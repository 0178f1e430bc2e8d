/** The HTTP server as a whole: plugins, hooks and one file per route. It doesn't listen yet. */
import cookie from '@fastify/cookie';
import websocket from '@fastify/websocket';
import { randomId } from '@northwind/service-kit';
import { fastify } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiContext } from './api-context.ts';
import { answerError, sendProblem } from './http/answer-problem.ts';
import type { ApiApp } from './http/api-app.ts';
import { authenticate } from './http/authenticate.ts';
import { classifyError } from './http/classify-error.ts';
import { closeConnections } from './http/close-connections.ts';
import { observeRequests } from './http/observe-requests.ts';
import { describeApi } from './http/openapi.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { serializerCompiler } from './http/serialize.ts';
import { servePortal } from './http/serve-portal.ts';
import { answerHealth } from './routes/answer-health.ts';
import { changeWebhookEndpoint } from './routes/change-webhook-endpoint.ts';
import { closeSession } from './routes/close-session.ts';
import { createResendJob } from './routes/create-resend-job.ts';
import { issueStreamTicket } from './routes/issue-stream-ticket.ts';
import { listPayoutDeliveries } from './routes/list-payout-deliveries.ts';
import { listPayouts } from './routes/list-payouts.ts';
import { listResendItems } from './routes/list-resend-items.ts';
import { listResendJobs } from './routes/list-resend-jobs.ts';
import { listSecretActions } from './routes/list-secret-actions.ts';
import { listStatements } from './routes/list-statements.ts';
import { listTestEvents } from './routes/list-test-events.ts';
import { listWebhookAcknowledgements } from './routes/list-webhook-acknowledgements.ts';
import { listWebhookDeliveries } from './routes/list-webhook-deliveries.ts';
import { listWebhookEndpoints } from './routes/list-webhook-endpoints.ts';
import { listWebhookEvents } from './routes/list-webhook-events.ts';
import { listWebhookSecrets } from './routes/list-webhook-secrets.ts';
import { openSession } from './routes/open-session.ts';
import { openStream } from './routes/open-stream.ts';
import { orderResendJob } from './routes/order-resend-job.ts';
import { previewWebhookPolicy } from './routes/preview-webhook-policy.ts';
import { readBalances } from './routes/read-balances.ts';
import { readMe } from './routes/read-me.ts';
import { readOpenapi } from './routes/read-openapi.ts';
import { readPayout } from './routes/read-payout.ts';
import { readResendJob } from './routes/read-resend-job.ts';
import { readWebhookDelivery } from './routes/read-webhook-delivery.ts';
import { readWebhookDigest } from './routes/read-webhook-digest.ts';
import { readWebhookEndpoint } from './routes/read-webhook-endpoint.ts';
import { registerWebhookEndpoint } from './routes/register-webhook-endpoint.ts';
import { removeWebhookEndpoint } from './routes/remove-webhook-endpoint.ts';
import { removeWebhookSecret } from './routes/remove-webhook-secret.ts';
import { resendWebhookDelivery } from './routes/resend-webhook-delivery.ts';
import { rotateWebhookSecret } from './routes/rotate-webhook-secret.ts';
import { sendTestEvent } from './routes/send-test-event.ts';
import { CLIENT_MESSAGE_BYTES_MAX } from './stream/protocol.ts';

/** The largest body anyone needs is an endpoint's URL. */
const BODY_BYTES_MAX = 65_536;
/** From the first byte of a request to its last: who takes longer holds a socket for nothing. */
const REQUEST_TIMEOUT_MS = 30_000;
/** An id of 128 characters may take nine times as many in a URL. */
const PATH_PARAMETER_LENGTH_MAX = 1_200;

const SIGNED_IN_ROUTES = [
  readMe,
  readBalances,
  listStatements,
  listPayouts,
  readPayout,
  listPayoutDeliveries,
  listWebhookDeliveries,
  readWebhookDelivery,
  listWebhookEndpoints,
  registerWebhookEndpoint,
  readWebhookEndpoint,
  changeWebhookEndpoint,
  previewWebhookPolicy,
  removeWebhookEndpoint,
  listWebhookSecrets,
  rotateWebhookSecret,
  removeWebhookSecret,
  listSecretActions,
  sendTestEvent,
  listTestEvents,
  listWebhookEvents,
  readWebhookDigest,
  listWebhookAcknowledgements,
  resendWebhookDelivery,
  createResendJob,
  listResendJobs,
  readResendJob,
  listResendItems,
  orderResendJob,
  issueStreamTicket,
  closeSession,
];
const OPEN_ROUTES = [openSession, openStream, readOpenapi, answerHealth];

export interface HttpHooks {
  /** Runs when the server begins to close, before it waits for its sockets. */
  readonly beforeClose?: (app: ApiApp) => Promise<void>;
}

export async function buildHttp(context: ApiContext, hooks: HttpHooks = {}): Promise<ApiApp> {
  const app: ApiApp = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: PATH_PARAMETER_LENGTH_MAX },
    genReqId: () => randomId(),
    // An id sent by the caller would be logged unseen.
    requestIdHeader: false,
    // Requests that reach no route: a path that can't be decoded, a host that can't be read.
    frameworkErrors: (error, request, reply) => void sendProblem(request, reply, classifyError(error)),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError(context.logger));
  app.decorateRequest('principal', null);
  app.decorateRequest('admission', null);

  observeRequests(app, context);
  addSecurityHeaders(app);
  closeConnections(app);
  await app.register(cookie);
  await app.register(websocket, {
    options: { maxPayload: CLIENT_MESSAGE_BYTES_MAX, perMessageDeflate: false },
    // A frame that is refused or a connection that breaks: ws is closing the socket already, with the right code.
    errorHandler: (_error, socket) => {
      if (socket.readyState === socket.OPEN) socket.terminate();
    },
    preClose: async () => hooks.beforeClose?.(app),
  });
  await describeApi(app);
  await app.register(async (scope: ApiApp) => {
    scope.addHook('onRequest', authenticate(context));
    for (const route of SIGNED_IN_ROUTES) route(scope, context);
  });
  await app.register(async (scope: ApiApp) => {
    for (const route of OPEN_ROUTES) route(scope, context);
  });
  await servePortal(app, context.portalFolder);
  await app.ready();
  return app;
}
