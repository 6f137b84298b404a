// From zod to JSON Schema 2020-12, which is also what OpenAPI 3.1 speaks.
import * as z from 'zod';
import { word } from './words.ts';

/** The part of JSON Schema that our contracts use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  not?: Schema;
  $defs?: Record<string, Schema>;
}

/** Requests hold nothing but what is said; answers may hold more one day, and a reader must not mind. */
export type Direction = 'request' | 'answer';

/** Schemas that have an id stand once, under `$defs`. @throws Error for a field without a word */
export function jsonSchema(schema: z.ZodType, direction: Direction): Schema {
  const made = z.toJSONSchema(schema, { io: direction === 'request' ? 'input' : 'output' });
  // Fields that share one zod schema share one object: each is to have its own description.
  const own = JSON.parse(JSON.stringify(made)) as Schema & { $schema?: string };
  delete own.$schema;
  tidy(own, direction);
  return own;
}

/** The schemas by their ids, as OpenAPI keeps them. */
export function components(schemas: readonly (readonly [z.ZodType, Direction])[]): Record<string, Schema> {
  const all = schemas.map(([schema, direction]) => jsonSchema(schema, direction).$defs);
  return JSON.parse(
    JSON.stringify(Object.assign({}, ...all)).replaceAll('#/$defs/', '#/components/schemas/'),
  ) as Record<string, Schema>;
}

function tidy(schema: Schema, direction: Direction): void {
  // The type and the format say it already.
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  delete schema.propertyNames;
  if (direction === 'answer' && schema.additionalProperties === false) delete schema.additionalProperties;
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    // A field that can never be sent is refused like any other that is not said.
    if (field.not) Reflect.deleteProperty(schema.properties ?? {}, name);
    else field.description ??= word(name);
  }
  for (const part of parts(schema)) tidy(part, direction);
}

function parts({ properties, items, anyOf, oneOf, allOf, additionalProperties, $defs }: Schema): Schema[] {
  const members = typeof additionalProperties === 'object' ? [additionalProperties] : [];
  return [
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...[anyOf, oneOf, allOf].flatMap((each) => each ?? []),
    ...members,
    ...Object.values($defs ?? {}),
  ];
}
