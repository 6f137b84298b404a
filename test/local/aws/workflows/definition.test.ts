import { describe, expect, it } from '@jest/globals';
import { readDefinition } from '../../../../local/aws/workflows/definition.ts';

const task = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'steps' },
  End: true,
};
const wait = { Type: 'Wait', Seconds: 1, End: true };
const rule = { Variable: '$.a', StringEquals: 'x', Next: 'One' };
const choice = (...Choices: object[]) => ({ Type: 'Choice', Choices });
const machine = (One: object, more: object = {}) =>
  JSON.stringify({ StartAt: 'One', States: { One }, ...more });
const read = (One: object, more: object = {}) => readDefinition(machine(One, more), 'refund');

describe('a definition', () => {
  it.each([
    ['a task', task],
    [
      'a task with retries and catches',
      { ...task, Retry: [{ ErrorEquals: ['States.ALL'] }], Catch: [{ ErrorEquals: ['X'], Next: 'One' }] },
    ],
    ['a wait by a path', { Type: 'Wait', SecondsPath: '$.a', Next: 'One' }],
    [
      'a choice in a choice',
      choice({
        And: [
          { Not: { Variable: '$.a', IsPresent: true } },
          { Or: [{ Variable: '$.n', NumericLessThan: 3 }] },
        ],
        Next: 'One',
      }),
    ],
    [
      'a pass',
      { Type: 'Pass', Parameters: { 'name.$': '$$.Execution.Name', list: [{ 'x.$': '$.a.b' }] }, End: true },
    ],
    ['an end', { Type: 'Succeed' }],
    ['a failure', { Type: 'Fail', Error: 'E', Cause: 'c' }],
  ])('with %s is carried out', (_, state) => {
    expect(read(state, { TimeoutSeconds: 5_184_000 })).toMatchObject({ startAt: 'One', timeout: 5_184_000 });
  });

  const refused: [string, object, string][] = [
    ...['Parallel', 'Map', 'Activity'].map((Type): [string, object, string] => [
      `state type ${Type}`,
      { Type, End: true },
      `state One is a ${Type}, which this machine does not carry out (it knows Task, Pass, Wait, Choice, Succeed, Fail)`,
    ]),
    ...['HeartbeatSeconds', 'TimeoutSecondsPath', 'Credentials', 'Assign', 'Arguments', 'Output'].map(
      (field): [string, object, string] => [
        `a task's ${field}`,
        { ...task, [field]: 1 },
        `state One has ${field}, which this machine does not carry out.`,
      ],
    ),
    ...[
      'arn:aws:states:::lambda:invoke.waitForTaskToken',
      'arn:aws:states:::dynamodb:getItem',
      'arn:aws:states:::sqs:sendMessage',
      'arn:aws:lambda:us-east-1:000000000000:function:steps',
    ].map((Resource): [string, object, string] => [
      Resource,
      { ...task, Resource },
      'because of Resource: it knows arn:aws:states:::lambda:invoke.',
    ]),
    ['JSONata', { ...task, QueryLanguage: 'JSONata' }, 'because of QueryLanguage'],
    [
      'an unknown parameter',
      { ...task, Parameters: { FunctionName: 'f', InvocationType: 'Event' } },
      'state One has Parameters.InvocationType, which',
    ],
    [
      'a function by a path',
      { ...task, Parameters: { 'FunctionName.$': '$.f' } },
      'state One has Parameters.FunctionName.$, which',
    ],
    [
      'two payloads',
      { ...task, Parameters: { FunctionName: 'f', Payload: {}, 'Payload.$': '$' } },
      'two payloads',
    ],
    ...['$.a[0]', '$..a', '$.a[*]', "$['a']", 'States.UUID()', '$$.Task.Token', '$.a-b', 'a'].map(
      (path): [string, object, string] => [
        `the path ${path}`,
        { ...task, ResultSelector: { deep: [{ 'x.$': path }] } },
        `${path} is no path that it knows`,
      ],
    ),
    ['an InputPath', { ...task, InputPath: '$.a[0]' }, 'because of InputPath: it knows'],
    [
      'a ResultPath of the execution',
      { ...task, ResultPath: '$$.Execution.Name' },
      'because of ResultPath: it knows',
    ],
    [
      'a comparison',
      choice({ Variable: '$.a', StringMatches: 'x*', Next: 'One' }),
      'state One has Choices.0.StringMatches, which',
    ],
    [
      'a comparison inside',
      choice({ Not: { Variable: '$.a', TimestampEquals: '2026' }, Next: 'One' }),
      'state One has Choices.0.Not.TimestampEquals, which',
    ],
    ['two comparisons', choice({ ...rule, IsPresent: true }), 'one comparison'],
    ['a comparison of nothing', choice({ StringEquals: 'x', Next: 'One' }), 'one comparison'],
    ['a rule that leads nowhere', choice({ Variable: '$.a', StringEquals: 'x' }), 'Choices.0.Next'],
    [
      'a rule inside that leads somewhere',
      choice({ Not: rule, Next: 'One' }),
      'state One has Choices.0.Not.Next, which',
    ],
    ['a state without a way on', { ...task, End: undefined }, 'it has one of Next, End'],
    ['two ways on', { ...wait, Next: 'One' }, 'it has one of Next, End'],
    [
      'two times',
      { ...wait, SecondsPath: '$.a' },
      'it has one of Seconds, SecondsPath, Timestamp, TimestampPath',
    ],
    ['a day without a time', { Type: 'Wait', Timestamp: '2026-11-23', End: true }, 'because of Timestamp'],
    ['a catch of a wait', { ...wait, Catch: [] }, 'state One has Catch, which'],
    [
      'a way that leads nowhere',
      { ...wait, End: undefined, Next: 'Two' },
      'state One leads to Two, which is none of its states.',
    ],
    [
      'a catch that leads nowhere',
      { ...task, Catch: [{ ErrorEquals: ['X'], Next: 'Two' }] },
      'state One leads to Two',
    ],
    ['a choice that leads nowhere', choice({ ...rule, Next: 'Two' }), 'state One leads to Two'],
    ['a retry without errors', { ...task, Retry: [{ ErrorEquals: [] }] }, 'because of Retry.0.ErrorEquals'],
  ];

  it.each(refused)('with %s stops the start, by name', (_, state, words) => {
    expect(() => read(state)).toThrow(words);
    expect(() => read(state)).toThrow('The state machine refund');
  });

  it.each([
    ['a start that leads nowhere', { StartAt: 'Two' }, 'StartAt leads to Two'],
    ['JSONata', { QueryLanguage: 'JSONata' }, 'because of QueryLanguage'],
    ['what nobody knows', { ProcessorConfig: {} }, 'has ProcessorConfig, which'],
  ])('of a whole machine, %s stops the start, by name', (_, more, words) => {
    expect(() => read(task, more)).toThrow(words);
  });
});
