// The typed client for internal applications: the API's schemas as types, and one function per signed route.
import { describedRoutes, operationId, pathParameters, schemasById, type Route } from './openapi.ts';
import { jsonSchema, type Schema } from './schemas.ts';
import { declarations, named } from './typescript.ts';

const made = 'Made by `npm run generate`.';

interface Part {
  readonly opening: string;
  readonly schemas: readonly (readonly [name: string, schema: Schema])[];
}

type Parts = Readonly<Record<string, Part>>;

const forOperators = new Set(['Channel', 'Quarantine', 'QuarantinedCallback']);
const ofTimelines = new Set(['PaymentChange', 'Timeline', 'TimelineEvent']);
const ofRefunds = new Set(['NeedsAction', 'Refund', 'RefundChange', 'RefundConfirmation', 'RefundList']);

/** File name → text, in lib/client. */
export function clientFiles(): Record<string, string> {
  const all = Object.entries(schemasById());
  const requests = new Set(describedRoutes().map(({ body }) => body?.meta()?.id));
  const answers = all.filter(([name, schema]) => !schema.enum && !requests.has(name));
  const parts: Parts = {
    codes: {
      opening: 'Names that the payment API uses in requests and answers.',
      schemas: all.filter(([, schema]) => schema.enum),
    },
    requests: {
      opening: 'What the payment API takes.',
      schemas: [...all.filter(([name]) => requests.has(name)), ...queries()],
    },
    answers: {
      opening: 'What the payment API answers. Fields may be added.',
      schemas: answers.filter(
        ([name]) => ![forOperators, ofTimelines, ofRefunds].some((some) => some.has(name)),
      ),
    },
    timelines: {
      opening: 'What the payment API answers of what happened. Fields may be added.',
      schemas: answers.filter(([name]) => ofTimelines.has(name)),
    },
    refunds: {
      opening: 'What the payment API answers of refunds. Fields may be added.',
      schemas: answers.filter(([name]) => ofRefunds.has(name)),
    },
    operators: {
      opening: 'What the payment API answers to operators. Fields may be added.',
      schemas: answers.filter(([name]) => forOperators.has(name)),
    },
  };
  const types = Object.entries(parts).map(([name, part]) => [`${name}.ts`, typesOf(part, parts)]);
  return Object.fromEntries([...types, ['client.ts', client(parts)]]) as Record<string, string>;
}

function typesOf({ opening, schemas }: Part, parts: Parts): string {
  const here = new Set(schemas.map(([name]) => name));
  const wanted = schemas.flatMap(([, schema]) => named(schema)).filter((name) => !here.has(name));
  return `// ${opening} ${made}
${imports(wanted, parts)}
${declarations(schemas)}`;
}

function imports(wanted: readonly string[], parts: Parts): string {
  return Object.entries(parts)
    .map(([file, { schemas }]) => {
      const names = schemas.map(([name]) => name).filter((name) => wanted.includes(name));
      return names.length === 0 ? '' : `import type { ${names.sort().join(', ')} } from './${file}.ts';\n`;
    })
    .join('');
}

function client(parts: Parts): string {
  const routes = describedRoutes().filter(({ auth }) => auth === 'iam');
  const wanted = routes.flatMap((route) => [answerType(route), ...inputs(route).map(([, type]) => type)]);
  return `// One function per operation of the payment API, for internal applications. ${made}
${imports(wanted, parts)}import { send, type Answer, type SignedFetch } from './send.ts';

/**
 * @param api base URL with its stage, without a slash at the end
 * @param fetch signs for service execute-api
 */
export function paymentsClient(api: string, fetch: SignedFetch) {
  const at = { api, fetch };
  return {
${routes.map(method).join('\n')}
  };
}`;
}

function method(route: Route): string {
  const { operation, method: verb, path, summary } = route;
  const given = inputs(route);
  const sent = given
    .map(([name]) => name)
    .filter((name) => ['body', 'query', 'idempotencyKey'].includes(name));
  const call = [`method: '${verb}'`, `path: ${pathText(path)}`, ...sent].join(', ');
  const parameters = given.map((each) => each.join(': ')).join(', ');
  return `/** ${summary}. @throws Refused */
    ${operationId(operation)}: (${parameters}): Promise<Answer<${answerType(route)}>> => send(at, { ${call} }),`;
}

function pathText(path: string): string {
  if (pathParameters(path).length === 0) return `'${path}'`;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `\${encodeURIComponent(${camel(name)})}`);
  return `\`${filled}\``;
}

type Input = readonly [name: string, type: string];

function inputs(route: Route): Input[] {
  const { path, body, query, idempotent } = route;
  return [
    ...pathParameters(path).map((name): Input => [camel(name), 'string']),
    ...(body ? [['body', body.meta()?.id ?? ''] as const] : []),
    ...(query ? [['query', queryType(route)] as const] : []),
    ...(idempotent ? [['idempotencyKey', 'string'] as const] : []),
  ];
}

function answerType({ answer }: Route): string {
  return answer?.meta()?.id ?? 'string';
}

function queries(): (readonly [string, Schema])[] {
  return describedRoutes().flatMap((route) =>
    route.query ? [[queryType(route), jsonSchema(route.query, 'request')] as const] : [],
  );
}

/** `ListPaymentsQuery` for `list-payments` */
function queryType({ operation }: Route): string {
  const name = operationId(operation);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Query`;
}

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
