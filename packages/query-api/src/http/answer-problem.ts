/** Turns what is thrown into a problem answer and a log line. */
import { type Logger, stringify } from '@northwind/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { classifyError } from './classify-error.ts';
import { PROBLEMS, type Problem, problemBody } from './problems.ts';

const RETRY_AFTER_SECONDS = 1;

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { status } = PROBLEMS[problem.code];
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="northwind"');
  if (status === 429 || status === 503) void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(stringify(problemBody(problem, request.id)));
}

export function answerError(logger: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = classifyError(error);
    if (PROBLEMS[problem.code].status >= 500) {
      const route = request.routeOptions.url ?? null;
      logger.error(
        { event: 'http.failed', requestId: request.id, method: request.method, route, error },
        problem.message,
      );
    }
    return sendProblem(request, reply, problem);
  };
}
