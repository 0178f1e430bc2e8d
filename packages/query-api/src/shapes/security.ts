/** How a route is called, for the OpenAPI document. */

export const SECURITY_SCHEMES = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer nws_…`.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'nw_session',
    description:
      'The portal’s session. Requests that change something have to come from the portal’s own pages (Origin).',
  },
} as const;

export const SIGNED_IN = [{ apiKey: [] }, { session: [] }];
export const ANYONE: [] = [];
