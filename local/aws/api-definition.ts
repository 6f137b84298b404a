// What a template says of one REST API: its routes, who may call them, and how the API words its own refusals.

export interface Route {
  readonly method: string;
  /** as in the template: `/payments/transactions/{transaction_id}` */
  readonly path: string;
  readonly auth: 'iam' | 'none';
  readonly functionArn: string;
}

export interface GatewayResponse {
  readonly statusCode?: number;
  /** media type and text with `$context.…` in it */
  readonly template?: readonly [mediaType: string, text: string];
  readonly headers: Readonly<Record<string, string>>;
}

export interface ApiDefinition {
  readonly id: string;
  readonly name: string;
  readonly binaryMediaTypes: readonly string[];
  readonly routes: Route[];
  readonly stages: string[];
  readonly gatewayResponses: Map<string, GatewayResponse>;
}

export interface Match {
  readonly api: ApiDefinition;
  readonly route: Route;
  /** decoded */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Segment by segment and letter by letter: no path is ever tidied up, so none can turn into another route.
 * @param path as on the wire, without the stage
 */
export function matchRoute(apis: readonly ApiDefinition[], method: string, path: string): Match | undefined {
  for (const api of apis)
    for (const route of api.routes) {
      if (route.method !== method && route.method !== 'ANY') continue;
      const pathParameters = matchPath(route.path, path);
      if (pathParameters) return { api, route, pathParameters };
    }
  return undefined;
}

/** Which API has to speak when no route fits: the one with a path that begins like this one for longest. */
export function ownerOf(apis: readonly ApiDefinition[], path: string): ApiDefinition | undefined {
  const shared = (api: ApiDefinition): number =>
    Math.max(0, ...api.routes.map((route) => commonSegments(route.path.split('/'), path.split('/'))));
  return [...apis].sort((a, b) => shared(b) - shared(a))[0];
}

function commonSegments(pattern: readonly string[], path: readonly string[]): number {
  const apart = pattern.findIndex((want, i) => !want.startsWith('{') && want !== path[i]);
  return apart < 0 ? pattern.length : apart;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, want] of wanted.entries()) {
    const have = given[i] ?? '';
    const name = /^\{(\w+)\}$/.exec(want)?.[1];
    if (name === undefined) {
      if (want !== have) return undefined;
      continue;
    }
    const value = decoded(have);
    if (!value) return undefined;
    parameters[name] = value;
  }
  return parameters;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** The API's own refusals by the names that API Gateway gives them, with the status they have unless a template says otherwise. */
const refusals = {
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    type: 'MissingAuthenticationTokenException',
    message: 'Missing Authentication Token',
  },
  INVALID_SIGNATURE: {
    status: 403,
    type: 'InvalidSignatureException',
    message: 'The request signature is not valid.',
  },
  ACCESS_DENIED: { status: 403, type: 'AccessDeniedException', message: 'Access denied.' },
  REQUEST_TOO_LARGE: { status: 413, type: 'RequestTooLargeException', message: 'Request Too Long' },
  INTEGRATION_FAILURE: {
    status: 502,
    type: 'InternalServerErrorException',
    message: 'Internal server error',
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    type: 'InternalServerErrorException',
    message: 'Endpoint request timed out',
  },
} as const;

export type Refusal = keyof typeof refusals;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
}

export interface RefusalContext {
  readonly requestId: string;
  readonly path: string;
  readonly httpMethod: string;
  readonly stage: string;
  /** words of our own in place of the usual ones */
  readonly message?: string | undefined;
}

/** What the API answers without asking a function, in the template's own words. */
export function refuse(
  api: ApiDefinition | undefined,
  refusal: Refusal,
  context: RefusalContext,
): HttpAnswer {
  const usual = refusals[refusal];
  const fallback = usual.status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX';
  const said = api?.gatewayResponses.get(refusal) ?? api?.gatewayResponses.get(fallback);
  const message = context.message ?? usual.message;
  const values: Record<string, string> = {
    '$context.error.messageString': JSON.stringify(message),
    '$context.error.message': message,
    '$context.error.responseType': refusal,
    '$context.requestId': context.requestId,
    '$context.extendedRequestId': context.requestId,
    '$context.path': `/${context.stage}${context.path}`,
    '$context.resourcePath': context.path,
    '$context.httpMethod': context.httpMethod,
    '$context.stage': context.stage,
  };
  const [mediaType, text] = said?.template ?? [
    'application/json',
    '{"message":$context.error.messageString}',
  ];
  const headers = { 'content-type': mediaType, 'x-amzn-errortype': usual.type, ...said?.headers };
  return {
    status: said?.statusCode ?? usual.status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: Buffer.from(text.replace(contextVariable, (name) => values[name] ?? '')),
  };
}

const contextVariable = /\$context(\.\w+)+/g;

/**
 * Reads AWS::ApiGateway::GatewayResponse.
 * @throws Error naming what the text asks for beyond `$context` variables
 */
export function readGatewayResponse(
  place: string,
  said: {
    StatusCode?: string | undefined;
    ResponseTemplates?: Record<string, string> | undefined;
    ResponseParameters?: Record<string, string> | undefined;
  },
): GatewayResponse {
  const template = Object.entries(said.ResponseTemplates ?? {})[0];
  const beyond = /[#$]\w+/.exec((template?.[1] ?? '').replace(contextVariable, ''))?.[0];
  if (beyond)
    throw new Error(`${place} uses ${beyond} in its text; this machine fills in $context variables only.`);
  const headers = Object.entries(said.ResponseParameters ?? {}).map(([name, value]) => [
    name.replace('gatewayresponse.header.', '').toLowerCase(),
    value.replace(/^'(.*)'$/, '$1'),
  ]);
  return {
    ...(said.StatusCode === undefined ? {} : { statusCode: Number(said.StatusCode) }),
    ...(template ? { template } : {}),
    headers: Object.fromEntries(headers) as Record<string, string>,
  };
}
