// The API in OpenAPI 3.1: routes from the table of operations, bodies from the schemas that validate them.
import type * as z from 'zod';
import { errorCode, problem } from '../../lib/api/answers.ts';
import { errors, type ErrorCode } from '../../lib/domain/errors.ts';
import { operations, type Operation, type OperationName } from '../operations.ts';
import { routes, refusedAtTheDoor, refusedAtTheOpenDoor, refusedByAll, type RouteText } from './routes.ts';
import { components, jsonSchema, type Schema } from './schemas.ts';
import { word } from './words.ts';

export interface Route extends RouteText {
  readonly operation: OperationName;
  readonly method: string;
  readonly path: string;
  /** another path to the same */
  readonly isSecond?: boolean;
  readonly auth: 'iam' | 'none';
}

/** Every route of the table of operations, with its words. @throws Error for a route without words */
export function describedRoutes(): Route[] {
  return Object.entries<Operation>(operations).flatMap(([name, { on }]) => {
    if (!('route' in on)) return [];
    const text = routes[name as OperationName];
    if (!text) throw new Error(`${name} has a route and no words in infra/contracts/routes.ts.`);
    const [method, path] = on.route;
    const paths = on.also === undefined ? [path] : [path, on.also];
    return paths.map((each) => ({
      ...text,
      operation: name as OperationName,
      method,
      path: each,
      ...(each !== path && { isSecond: true }),
      auth: on.auth,
    }));
  });
}

/** Every code with which a route can answer, its function's and API Gateway's. */
export function refusalsOf({ auth, refusals }: Route): ErrorCode[] {
  const all =
    auth === 'iam'
      ? [...refusedAtTheDoor, ...refusedByAll, ...refusals]
      : [...refusedAtTheOpenDoor, ...refusals];
  return (Object.keys(errors) as ErrorCode[]).filter((code) => all.includes(code));
}

/** `createPayment` for `create-payment` */
export function operationId(name: OperationName): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

export function schemasById(): Record<string, Schema> {
  const all = describedRoutes();
  return components([
    [errorCode, 'answer'],
    [problem, 'answer'],
    ...all.flatMap(({ body }) => (body ? [[body, 'request'] as const] : [])),
    ...all.flatMap(({ answer }) => (answer ? [[answer, 'answer'] as const] : [])),
  ]);
}

export function openapi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of describedRoutes())
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationObject(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Payment service',
      version: 'v1',
      description:
        'Requests are signed with AWS Signature Version 4 for service execute-api. Amounts are decimal text; nothing is rounded. Answers may hold more fields one day than are described here; requests hold nothing else.',
    },
    servers: [
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com/v1',
        variables: { api: { default: 'api' }, region: { default: 'us-east-1' } },
      },
    ],
    security: [{ sigv4: [] }],
    paths,
    components: {
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description:
            'AWS Signature Version 4, service execute-api, by a role that the stage lists as a caller.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
      headers: headers(),
      schemas: schemasById(),
    },
  };
}

function headers(): object {
  const header = (description: string, schema: Schema) => ({ description, schema });
  return {
    'Idempotent-Replayed': header('`true`: the first answer to this Idempotency-Key, again.', {
      const: 'true',
    }),
    'Retry-After': header('Seconds after which the same request may be sent again.', { type: 'integer' }),
  };
}

function operationObject(route: Route): object {
  const { operation, summary, description, body, auth, isSecond } = route;
  const own = auth === 'none' ? { '*/*': {} } : { 'application/json': { schema: body && ref(body) } };
  return {
    operationId: `${operationId(operation)}${isSecond ? 'Again' : ''}`,
    summary,
    ...(description !== undefined && { description }),
    ...(auth === 'none' && { security: [] }),
    parameters: parameters(route),
    ...((body ?? auth === 'none') && { requestBody: { required: true, content: own } }),
    responses: responses(route),
  };
}

function parameters({ path, query, idempotent, auth }: Route): object[] {
  const { properties = {}, required = [] } = query ? jsonSchema(query, 'request') : {};
  const language = {
    name: 'Accept-Language',
    in: 'header',
    description: 'zh or en.',
    schema: { type: 'string' },
  };
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'New for every new request, the same for its repeats; kept for 7 days.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  };
  return [
    ...pathParameters(path).map((name) => ({
      name,
      in: 'path',
      required: true,
      description: word(name),
      schema: { type: 'string' },
    })),
    ...Object.entries(properties).map(([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      description,
      schema,
    })),
    ...(idempotent ? [key] : []),
    ...(auth === 'iam' ? [language] : []),
  ];
}

function responses(route: Route): Record<string, object> {
  const codes = refusalsOf(route);
  const statuses = [...Object.keys(route.answers).map(Number), ...codes.map((code) => errors[code].status)];
  return Object.fromEntries(
    [...new Set(statuses)]
      .sort((a, b) => a - b)
      .map((status) => [
        status,
        response(
          route,
          status,
          codes.filter((code) => errors[code].status === status),
        ),
      ]),
  );
}

/** @param codes the errors of that status; API Gateway may use one that the function uses for an answer */
function response(
  { answers, answer, idempotent }: Route,
  status: number,
  codes: readonly ErrorCode[],
): object {
  const meaning = answers[status];
  const own = answer
    ? { 'application/json': { schema: ref(answer) } }
    : { 'text/plain': { schema: { type: 'string' } } };
  const codeHere = { properties: { code: { enum: codes } } };
  const refusal = { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, codeHere] } };
  // What may be tried again is never frozen under a key, so it is never a replay either.
  const later = status === 202 || codes.some((code) => errors[code].retryable);
  const final = meaning === undefined ? codes.some((code) => !errors[code].retryable) : status !== 202;
  const names = [...(later ? ['Retry-After'] : []), ...(idempotent && final ? ['Idempotent-Replayed'] : [])];
  return {
    description: [meaning ?? [], codes.map((code) => `${code}: ${errors[code].en}`)].flat().join('\n'),
    ...(names.length > 0 && {
      headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    }),
    content: {
      ...(meaning !== undefined && own),
      ...(codes.length > 0 && { 'application/problem+json': refusal }),
    },
  };
}

/** @throws Error for a schema without an id: it has no place in the document */
function ref(schema: z.ZodType): Schema {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('A body of the API needs an id (`meta({ id })`).');
  return { $ref: `#/components/schemas/${id}` };
}
