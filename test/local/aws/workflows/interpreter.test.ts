import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { Definition, State, Task } from '../../../../local/aws/workflows/definition.ts';
import { readDefinition } from '../../../../local/aws/workflows/definition.ts';
import { answered, callOf, carryOut, waitUntil } from '../../../../local/aws/workflows/interpreter.ts';
import { fill, find, type Json, put } from '../../../../local/aws/workflows/paths.ts';

const context = { Execution: { Id: 'arn:1', Name: 'rfd-1', StartTime: '2026-07-01T12:00:00.000Z' } };
const stateOf = (One: object): State => {
  const text = JSON.stringify({
    StartAt: 'One',
    States: { One, Two: { Type: 'Succeed' }, Three: { Type: 'Succeed' } },
  });
  const read: Definition = readDefinition(text, 'refund');
  return read.states.get('One') as State;
};
const run = (state: object, input: Json) => carryOut(stateOf(state) as Exclude<State, Task>, input, context);
const name = fc.stringMatching(/^[a-z]{1,4}$/);

describe('paths', () => {
  it('lead where something was put, and change nothing beside it', () => {
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 4 }),
        fc.jsonValue(),
        name,
        fc.jsonValue(),
        (way, value, other, beside) => {
          const path = ['$', ...way].join('.');
          const before = { [`${other}_`]: beside } as Json;
          const after = put(path, before, value as Json);
          expect(find(path, after, context)).toEqual(value);
          expect(find(`$.${other}_`, after, context)).toEqual(
            way.length > 0 ? beside : find(`$.${other}_`, value as Json, context),
          );
        },
      ),
    );
  });

  it('lead to nothing beyond what is there, nor into what every object has', () => {
    for (const path of ['$.b', '$.a.b', '$.toString', '$.a.length', '$.__proto__'])
      expect(find(path, { a: 'text' }, context)).toBeUndefined();
  });

  it('are filled into templates, in lists and in depth; the rest stays as it is', () => {
    const template = { 'a.$': '$.x.y', b: [{ 'c.$': '$$.Execution.Name' }, 'd.$'], 'e.$': '$', f: null };
    const input = { x: { y: 3 } };
    expect(fill(template, input, context)).toEqual({ a: 3, b: [{ c: 'rfd-1' }, 'd.$'], e: input, f: null });
  });

  it('that lead to nothing have the name that Retry and Catch know', () => {
    const thrown = (work: () => unknown) => {
      try {
        return work();
      } catch (error) {
        return (error as Error).name;
      }
    };
    expect(thrown(() => fill({ 'a.$': '$.none' }, {}, context))).toBe('States.ParameterPathFailure');
    expect(thrown(() => put('$.a.b', { a: 1 }, 2))).toBe('States.ResultPathMatchFailure');
    expect(thrown(() => run({ Type: 'Succeed', InputPath: '$.none' }, {}))).toBe('States.Runtime');
  });
});

describe('a choice', () => {
  const chosen = (rule: object, input: Json): unknown =>
    run({ Type: 'Choice', Choices: [{ ...rule, Next: 'Two' }], Default: 'Three' }, input);
  const a = (operator: string, wanted: Json) => ({ Variable: '$.a', [operator]: wanted });

  it.each([
    [a('StringEquals', 'x'), 'x', 'y'],
    [a('BooleanEquals', false), false, true],
    [a('NumericEquals', 2), 2, '2'],
    [a('NumericLessThan', 2), 1, 2],
    [a('NumericLessThanEquals', 2), 2, 3],
    [a('NumericGreaterThan', 2), 3, 2],
    [a('NumericGreaterThanEquals', 2), 2, 1],
    [a('IsNull', true), null, 0],
    [{ Not: a('StringEquals', 'x') }, 'y', 'x'],
    [{ And: [a('NumericGreaterThan', 1), a('NumericLessThan', 3)] }, 2, 3],
    [{ Or: [a('NumericEquals', 1), a('NumericEquals', 3)] }, 3, 2],
  ] as [object, Json, Json][])('%j holds for %j and not for %j', (rule, yes, no) => {
    expect(chosen(rule, { a: yes })).toMatchObject({ next: 'Two', output: { a: yes } });
    expect(chosen(rule, { a: no })).toMatchObject({ next: 'Three' });
  });

  it('of what is not there is an error, unless that is the question', () => {
    expect(() => chosen(a('StringEquals', 'x'), {})).toThrow("Invalid path '$.a'");
    expect(chosen(a('IsPresent', true), {})).toMatchObject({ next: 'Three' });
    expect(chosen(a('IsPresent', false), {})).toMatchObject({ next: 'Two' });
    expect(() => run({ Type: 'Choice', Choices: [{ ...a('IsPresent', true), Next: 'Two' }] }, {})).toThrow(
      'No choice rule matched',
    );
  });
});

describe('a task', () => {
  const task = stateOf({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: 'steps', Payload: { step: 'submit', 'run.$': '$.run' } },
    ResultSelector: { 'next.$': '$.Payload.next' },
    ResultPath: '$.step',
    Next: 'Two',
  }) as Task;

  it('hands on what its template says, and puts what it selects of the answer where it should', () => {
    const input = { run: 4, kept: true };
    expect(callOf(task, input, context)).toEqual({
      functionName: 'steps',
      payload: { step: 'submit', run: 4 },
    });
    expect(answered(task, input, { next: 'end', more: 1 }, context)).toEqual({
      kind: 'next',
      next: 'Two',
      output: { run: 4, kept: true, step: { next: 'end' } },
    });
  });

  it.each([
    ['nothing of its answer', { ResultPath: null }, { run: 4 }],
    ['a part of the whole', { OutputPath: '$.step' }, { next: 'end' }],
    ['nothing at all', { OutputPath: null }, {}],
  ])('may keep %s', (_, change, output) => {
    expect(answered({ ...task, ...change }, { run: 4 }, { next: 'end' }, context)).toMatchObject({ output });
  });
});

describe('a wait', () => {
  const now = Date.UTC(2026, 6, 1, 12);
  const until = (state: object, input: Json) =>
    waitUntil(stateOf({ Type: 'Wait', ...state, End: true }) as never, input, context, now);

  it.each([
    [{ Seconds: 90 }, {}, 90_000],
    [{ SecondsPath: '$.s' }, { s: 2_592_000 }, 2_592_000_000],
    [{ Timestamp: '2026-07-01T13:00:00Z' }, {}, 3_600_000],
    [{ TimestampPath: '$.at' }, { at: '2026-07-01T11:00:00+00:00' }, -3_600_000],
  ] as [object, Json, number][])('%j with %j ends after %d ms', (state, input, after) => {
    expect(until(state, input)).toBe(now + after);
  });

  it.each([
    [{ SecondsPath: '$.s' }, { s: 1.5 }],
    [{ SecondsPath: '$.s' }, { s: -1 }],
    [{ SecondsPath: '$.s' }, { s: '5' }],
    [{ TimestampPath: '$.at' }, { at: 'tomorrow' }],
    [{ TimestampPath: '$.at' }, { at: 5 }],
  ] as [object, Json][])('%j with %j is no time', (state, input) => {
    expect(() => until(state, input)).toThrow('which is no time');
  });
});
