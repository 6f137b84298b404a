import { describe, expect, test } from '@jest/globals';
import { evaluate } from '../../../local/aws/gate/evaluate.ts';
import { type Ask, type Asker, readPolicy } from '../../../local/aws/gate/policy.ts';

const account = '000000000000';
const roleArn = `arn:aws:iam::${account}:role/create`;
const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/payments';
const key = 'arn:aws:kms:us-east-1:000000000000:key/data';
const role: Asker = { roleArn, account };
const bus: Asker = { service: 'events.amazonaws.com', account };

const policy = (...statements: object[]) =>
  readPolicy({ Version: '2012-10-17', Statement: statements }, 'The policy');
const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: unknown, Resource: unknown, more: object = {}) => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});
const ask = (action: string, resource = table, context: Ask['context'] = {}): Ask => ({
  action,
  resource,
  context,
});
const inTransaction = { 'dynamodb:enclosingoperation': ['TransactWriteItems'] };
const only = (operator: string, key_: string, value: unknown) => ({
  Condition: { [operator]: { [key_]: value } },
});
const transactionsOnly = only('ForAnyValue:StringEquals', 'dynamodb:EnclosingOperation', [
  'TransactWriteItems',
]);

function decide(asked: Ask, identity: object[], resource: object[] = [], asker = role): string {
  const decision = evaluate(asked, asker, policy(...identity), policy(...resource));
  return decision.kind === 'allowed' ? 'allowed' : decision.because;
}

const nobodyAllows = (action: string) => `because no identity-based policy allows the ${action} action`;
const anybody = { Principal: { AWS: '*' } };

describe('what a role may do', () => {
  test.each([
    ['what is written', ask('dynamodb:GetItem'), [allow('dynamodb:GetItem', table)]],
    ['action in another spelling', ask('dynamodb:GetItem'), [allow('DynamoDB:getitem', table)]],
    [
      'one of several',
      ask('dynamodb:PutItem'),
      [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [key, table])],
    ],
    ['wildcards', ask('dynamodb:GetItem'), [allow('dynamodb:Get*', 'arn:aws:dynamodb:*:table/pay?ents')]],
    [
      'all but some actions',
      ask('dynamodb:GetItem'),
      [allow(undefined, table, { NotAction: 'dynamodb:PutItem' })],
    ],
    ['all but some resources', ask('dynamodb:GetItem'), [allow('*', undefined, { NotResource: key })]],
    ['in a transaction', ask('dynamodb:PutItem', table, inTransaction), [allow('*', '*', transactionsOnly)]],
    ['a denial of another service', ask('dynamodb:GetItem'), [allow('*', '*'), deny('sqs:*', '*')]],
  ])('allowed: %s', (_, asked, identity) => {
    expect(decide(asked, identity)).toBe('allowed');
  });

  test.each([
    ['nothing is written', ask('dynamodb:GetItem'), []],
    ['another action', ask('dynamodb:PutItem'), [allow('dynamodb:GetItem', table)]],
    ['another table', ask('dynamodb:GetItem', `${table}-2`), [allow('dynamodb:GetItem', table)]],
    ['an index of the table', ask('dynamodb:Query', `${table}/index/due`), [allow('dynamodb:Query', table)]],
    ['outside of a transaction', ask('dynamodb:PutItem'), [allow('*', '*', transactionsOnly)]],
    [
      'an exception',
      ask('dynamodb:PutItem'),
      [allow(undefined, table, { NotAction: ['dynamodb:PutItem', 'dynamodb:DeleteItem'] })],
    ],
    ['a dot is a dot', ask('dynamodb:GetItem', 'arnXaws'), [allow('dynamodb:GetItem', 'arn.aws')]],
  ])('denied: %s', (_, asked, identity) => {
    expect(decide(asked, identity)).toBe(nobodyAllows(asked.action));
  });

  test('a denial wins, wherever it stands, and says where', () => {
    const all = [allow('*', '*')];
    const asked = ask('dynamodb:DeleteItem');
    expect(decide(asked, [...all, deny('dynamodb:DeleteItem', '*')])).toBe(
      'with an explicit deny in an identity-based policy',
    );
    expect(decide(asked, all, [deny('dynamodb:DeleteItem', table, anybody)])).toBe(
      'with an explicit deny in a resource-based policy',
    );
  });

  test('the resource’s own policy allows by itself, but not by naming the account', () => {
    const asked = ask('dynamodb:GetItem');
    expect(decide(asked, [], [allow('dynamodb:GetItem', table, { Principal: { AWS: roleArn } })])).toBe(
      'allowed',
    );
    const accounts = { Principal: { AWS: `arn:aws:iam::${account}:root` } };
    expect(decide(asked, [], [allow('dynamodb:GetItem', table, accounts)])).toBe(
      nobodyAllows('dynamodb:GetItem'),
    );
    const other = { Principal: { AWS: 'arn:aws:iam::111111111111:root' } };
    expect(decide(asked, [], [allow('dynamodb:GetItem', table, other)])).toBe(
      nobodyAllows('dynamodb:GetItem'),
    );
  });
});

describe('a customer key', () => {
  const through = { 'kms:viaservice': ['dynamodb.us-east-1.amazonaws.com'] };
  const asked = ask('kms:Decrypt', key, through);
  const mine = allow(
    'kms:Decrypt',
    key,
    only('StringEquals', 'kms:ViaService', 'dynamodb.us-east-1.amazonaws.com'),
  );
  const account_ = allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${account}:root` } });

  test('needs both: its own policy leaves it to the account, and the role allows it', () => {
    expect(decide(asked, [mine], [account_])).toBe('allowed');
    expect(decide(asked, [], [account_])).toBe(nobodyAllows('kms:Decrypt'));
    expect(decide(asked, [mine], [])).toBe('because no resource-based policy allows the kms:Decrypt action');
    expect(decide(ask('kms:Decrypt', key), [mine], [account_])).toBe(nobodyAllows('kms:Decrypt'));
  });

  test('is used by a service only where it is named, and for the thing that is named', () => {
    const named = allow('kms:Decrypt', '*', {
      Principal: { Service: 'events.amazonaws.com' },
      ...only('StringEquals', 'aws:SourceArn', 'arn:bus'),
    });
    const of = (arn: string) => ask('kms:Decrypt', key, { 'aws:sourcearn': [arn] });
    const refused = 'because no resource-based policy allows the kms:Decrypt action';
    expect(decide(of('arn:bus'), [], [account_, named], bus)).toBe('allowed');
    expect(decide(of('arn:other'), [], [account_, named], bus)).toBe(refused);
    expect(decide(of('arn:bus'), [], [account_], bus)).toBe(refused);
  });
});

describe('conditions', () => {
  const holds = (operator: string, value: unknown, values?: string[]): boolean =>
    decide(ask('a:B', table, values ? { 'kms:viaservice': values } : {}), [
      allow('*', '*', only(operator, 'kms:ViaService', value)),
    ]) === 'allowed';

  test.each([
    ['StringEquals', 'a', ['a'], true],
    ['StringEquals', ['a', 'b'], ['b'], true],
    ['StringEquals', 'a', ['A'], false],
    ['StringEquals', 'a', undefined, false],
    ['StringNotEquals', 'a', ['b'], true],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringLike', 'a*c', ['abbc'], true],
    ['StringNotLike', 'a*c', ['abbc'], false],
    ['ArnLike', 'arn:*:x', ['arn:aws:x'], true],
    ['ArnNotEquals', 'arn:x', undefined, true],
    ['Bool', false, ['false'], true],
    ['Bool', 'true', undefined, false],
    ['ForAnyValue:StringEquals', ['a'], ['a', 'b'], true],
    ['ForAnyValue:StringEquals', ['a'], undefined, false],
    ['ForAllValues:StringEquals', ['a'], ['a', 'b'], false],
    ['ForAllValues:StringEquals', ['a'], undefined, true],
    ['ForAllValues:StringNotEquals', ['a'], undefined, true],
    ['ForAllValues:StringNotEquals', ['a'], ['a'], false],
    ['Null', 'false', ['a'], true],
    ['Null', 'false', undefined, false],
    ['Null', 'false', [], false],
    ['Null', true, undefined, true],
    ['Null', 'true', ['a'], false],
  ] as [string, unknown, string[] | undefined, boolean][])(
    '%s %j of %j: %j',
    (operator, value, values, good) => {
      expect(holds(operator, value, values)).toBe(good);
    },
  );

  test.each([
    ['StringEqualsIgnoreCase', 'kms:ViaService', 'the condition StringEqualsIgnoreCase'],
    ['StringEqualsIfExists', 'kms:ViaService', 'the condition StringEqualsIfExists'],
    ['ForAllValues:Null', 'kms:ViaService', 'the condition ForAllValues:Null'],
    ['Null', 'aws:PrincipalTag/team', 'a condition on aws:PrincipalTag/team'],
    ['StringEquals', 'aws:PrincipalTag/team', 'a condition on aws:PrincipalTag/team'],
  ])('stop the start where they are not known: %s on %s', (operator, name, sentence) => {
    expect(() => policy(allow('*', '*', only(operator, name, 'x')))).toThrow(
      `The policy has ${sentence}, which`,
    );
  });
});

test.each([
  ['no version', { Statement: [allow('*', '*')] }],
  ['a word that nobody knows', { Version: '2012-10-17', Statement: [{ ...allow('*', '*'), Allow: 'all' }] }],
  [
    'an effect that nobody knows',
    { Version: '2012-10-17', Statement: [{ ...allow('*', '*'), Effect: 'Permit' }] },
  ],
  ['no action', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: '*' }] }],
  ['no resource', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*' }] }],
])('a policy that cannot be read stops the start: %s', (_, document) => {
  expect(() => readPolicy(document, 'The policy')).toThrow(/^The policy (is a policy that|must have either)/);
});
