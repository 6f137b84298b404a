// The rules of a Choice state: the comparisons that are carried out, and whether they hold.
import * as z from 'zod';
import { type Context, find, isPath, type Json, StateError } from './paths.ts';

export const path = z.string().refine(isPath, { error: 'it knows $, $.a.b and $$.Execution.Name' });

const numeric = z.number().optional();
const boolean = z.boolean().optional();
const comparisons = {
  BooleanEquals: boolean,
  IsNull: boolean,
  IsPresent: boolean,
  NumericEquals: numeric,
  NumericGreaterThan: numeric,
  NumericGreaterThanEquals: numeric,
  NumericLessThan: numeric,
  NumericLessThanEquals: numeric,
  StringEquals: z.string().optional(),
};

type Operator = keyof typeof comparisons;

export type Rule = {
  readonly Variable?: string | undefined;
  readonly And?: readonly Rule[] | undefined;
  readonly Or?: readonly Rule[] | undefined;
  readonly Not?: Rule | undefined;
} & { readonly [operator in Operator]?: Json | undefined };

const compares: Readonly<Record<Operator, (value: Json | undefined, wanted: Json) => boolean>> = {
  BooleanEquals: (value, wanted) => value === wanted,
  IsNull: (value, wanted) => (value === null) === wanted,
  IsPresent: (value, wanted) => (value !== undefined) === wanted,
  NumericEquals: (value, wanted) => typeof value === 'number' && value === wanted,
  NumericGreaterThan: numbers((value, wanted) => value > wanted),
  NumericGreaterThanEquals: numbers((value, wanted) => value >= wanted),
  NumericLessThan: numbers((value, wanted) => value < wanted),
  NumericLessThanEquals: numbers((value, wanted) => value <= wanted),
  StringEquals: (value, wanted) => value === wanted,
};
const operators = Object.keys(compares) as Operator[];

const nested: z.ZodType<Rule> = z.lazy(() => whole(z.strictObject(members())));

const members = () => ({
  Variable: path.optional(),
  And: z.array(nested).min(1).optional(),
  Or: z.array(nested).min(1).optional(),
  Not: nested.optional(),
  ...comparisons,
});

/** A rule says one thing; a comparison compares something. */
function whole<T extends Rule>(schema: z.ZodType<T>): z.ZodType<T> {
  return schema.refine(
    (rule) => {
      const compared = operators.filter((name) => name in rule).length;
      const joined = ['And', 'Or', 'Not'].filter((name) => name in rule).length;
      return compared + joined === 1 && 'Variable' in rule === (compared === 1);
    },
    { error: 'a rule is one comparison of a Variable, or one of And, Or, Not' },
  );
}

export const choice: z.ZodType<Rule & { readonly Next: string }> = z.lazy(() =>
  whole(z.strictObject({ ...members(), Next: z.string(), Comment: z.string().optional() })),
);

/** @throws StateError for a variable that is not there, unless that is the question */
export function holds(rule: Rule, input: Json, context: Context): boolean {
  if (rule.And) return rule.And.every((one) => holds(one, input, context));
  if (rule.Or) return rule.Or.some((one) => holds(one, input, context));
  if (rule.Not) return !holds(rule.Not, input, context);
  const { Variable = '$' } = rule;
  const value = find(Variable, input, context);
  return operators.every((operator) => {
    const wanted = rule[operator];
    if (wanted === undefined) return true;
    if (value !== undefined || operator === 'IsPresent') return compares[operator](value, wanted);
    throw new StateError(
      'States.Runtime',
      `Invalid path '${Variable}': The choice state's condition path references an invalid value.`,
    );
  });
}

function numbers(compare: (value: number, wanted: number) => boolean) {
  return (value: Json | undefined, wanted: Json): boolean =>
    typeof value === 'number' && typeof wanted === 'number' && compare(value, wanted);
}
