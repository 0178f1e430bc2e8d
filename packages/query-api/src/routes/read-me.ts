import { z } from 'zod';
import { ROLES } from '../access/principal.ts';
import type { ApiApp } from '../http/api-app.ts';
import { principalOf } from '../http/authenticate.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function readMe(app: ApiApp): void {
  app.get('/v1/me', {
    schema: {
      operationId: 'readMe',
      summary: 'Who this key or session belongs to',
      tags: ['access'],
      security: SIGNED_IN,
      response: {
        200: z.object({ merchantId: z.string().nullable(), role: z.enum(ROLES) }),
        ...problemResponses('unauthenticated'),
      },
    },
    handler: async (request) => {
      const { merchantId, role } = principalOf(request);
      return { merchantId, role };
    },
  });
}
