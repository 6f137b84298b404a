// What AWS does with a customer key on the caller's behalf, and so asks of the caller's role: which key actions an action
// on a table, queue or secret implies. Why these: docs/decisions/0010-what-the-local-roles-check-enforces.md
import type { Access } from './access.ts';
import type { Ask } from './policy.ts';

const tableReads = ['kms:Decrypt', 'kms:DescribeKey'];
const tableWrites = [...tableReads, 'kms:Encrypt', 'kms:GenerateDataKey'];
const written = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** action → key actions; an action that is not listed touches nothing that is encrypted */
const implied: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:BatchGetItem': tableReads,
  'dynamodb:BatchWriteItem': tableWrites,
  'dynamodb:ConditionCheckItem': tableReads,
  'dynamodb:DeleteItem': tableWrites,
  'dynamodb:GetItem': tableReads,
  'dynamodb:GetRecords': tableReads,
  'dynamodb:PutItem': tableWrites,
  'dynamodb:Query': tableReads,
  'dynamodb:Scan': tableReads,
  'dynamodb:UpdateItem': tableWrites,
  's3:PutObject': ['kms:GenerateDataKey'],
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
  'secretsmanager:PutSecretValue': written,
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'sqs:SendMessage': written,
};

/** The ask itself, and what it implies where the resource is closed with a customer key. */
export function withKeys(ask: Ask, region: string, access: Pick<Access, 'keyOf'>): Ask[] {
  const key = access.keyOf(ask.resource);
  if (key === undefined) return [ask];
  const [service = ''] = ask.action.split(':');
  const context = { ...ask.context, 'kms:viaservice': [`${service}.${region}.amazonaws.com`] };
  return [ask, ...(implied[ask.action] ?? []).map((action) => ({ action, resource: key, context }))];
}
