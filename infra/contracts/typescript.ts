// From JSON Schema to TypeScript types, as far as our contracts go.
import type { Schema } from './schemas.ts';

/** `export interface …` or `export type …`. A field's words stand where the field first occurs. */
export function declarations(schemas: readonly (readonly [name: string, schema: Schema])[]): string {
  const said = new Set<string>();
  return schemas
    .map(([name, schema]) =>
      schema.properties
        ? `export interface ${name} ${object(schema, said)}`
        : `export type ${name} = ${type(schema, said)};`,
    )
    .join('\n\n');
}

/** The schemas that `schema` names. */
export function named(schema: Schema): string[] {
  return [...JSON.stringify(schema).matchAll(/"#\/[^"]*\/(\w+)"/g)].map(([, name = '']) => name);
}

function type(schema: Schema, said: Set<string>): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? '';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map((each) => type(each, said)).join(' | ');
  return [schema.type ?? []]
    .flat()
    .map((each) => plain(each, schema, said))
    .join(' | ');
}

/** @throws Error for what our contracts have not used so far */
function plain(name: string, schema: Schema, said: Set<string>): string {
  switch (name) {
    case 'string':
    case 'boolean':
    case 'null':
      return name;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly (${type(schema.items ?? {}, said)})[]`;
    case 'object':
      return schema.properties ? object(schema, said) : record(schema, said);
    default:
      throw new Error(`There is no TypeScript for the type ${name}.`);
  }
}

function object({ properties = {}, required = [] }: Schema, said: Set<string>): string {
  const fields = Object.entries(properties).map(([name, field]) => {
    const words = field.description ?? '';
    const again = said.has(`${name}: ${words}`);
    said.add(`${name}: ${words}`);
    const optional = required.includes(name) ? '' : '?';
    return `${again ? '' : `/** ${words} */\n`}readonly ${name}${optional}: ${type(field, said)};`;
  });
  return `{\n${fields.join('\n')}\n}`;
}

function record({ additionalProperties }: Schema, said: Set<string>): string {
  const value = typeof additionalProperties === 'object' ? type(additionalProperties, said) : 'unknown';
  return `Readonly<Record<string, ${value}>>`;
}
