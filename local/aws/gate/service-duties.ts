// What services of AWS do with customer keys in their own name: the bus keeps events closed, the log its lines. The key's
// own policy must let them.
import type { Access } from './access.ts';
import type { Ask } from './policy.ts';

/** @returns a sentence for each key that its service may not use */
export function closedToServices(access: Access, account: string, region: string): string[] {
  return access.keyed().flatMap(([arn, key]) => {
    const user = userOf(arn, account, region);
    if (!user) return [];
    const asker = { service: user.service, account };
    return user.actions
      .map((action): Ask => ({ action, resource: key, context: user.context }))
      .filter((ask) => access.judge(ask, asker).kind === 'denied')
      .map(
        ({ action }) => `${arn} is closed with ${key}, whose policy does not let ${user.service} ${action}.`,
      );
  });
}

interface KeyUser {
  readonly service: string;
  readonly actions: readonly string[];
  readonly context: Ask['context'];
}

/** Tables, queues and secrets use their key in the name of whoever calls: see customer-keys.ts. */
function userOf(arn: string, account: string, region: string): KeyUser | undefined {
  const secure = { 'aws:securetransport': ['true'], 'aws:sourceaccount': [account] };
  if (arn.startsWith('arn:aws:events:'))
    return {
      service: 'events.amazonaws.com',
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
      context: { ...secure, 'aws:sourcearn': [arn] },
    };
  if (arn.startsWith('arn:aws:logs:'))
    return {
      service: `logs.${region}.amazonaws.com`,
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      context: { ...secure, 'kms:encryptioncontext:aws:logs:arn': [arn.replace(/:\*$/, '')] },
    };
  return undefined;
}
