import { beforeAll, describe, expect, it } from '@jest/globals';
import type { caller as Caller } from '../../lib/lambda/caller.ts';

let caller: typeof Caller;
beforeAll(async () => {
  process.env['CALLERS'] = JSON.stringify([
    {
      application: 'shop',
      roles: [
        'arn:aws:iam::111122223333:role/shop-orders',
        'arn:aws:iam::111122223333:role/teams/a/shop-new',
      ],
      scopes: ['pay', 'read'],
    },
    {
      application: 'operators',
      roles: ['arn:aws:iam::111122223333:role/ops'],
      scopes: ['read'],
      operator: true,
    },
  ]);
  ({ caller } = await import('../../lib/lambda/caller.ts'));
});

const session = (role: string, account = '111122223333') =>
  `arn:aws:sts::${account}:assumed-role/${role}/i-0abc`;

describe('the caller', () => {
  it.each(['shop-orders', 'shop-new'])(
    'is known by the session of its role %s, whatever the path',
    (role) => {
      expect(caller(session(role), 'pay')).toMatchObject({ application: 'shop' });
    },
  );

  it('needs the scope', () => {
    expect(() => caller(session('ops'), 'pay')).toThrow(expect.objectContaining({ code: 'SCOPE_MISSING' }));
  });

  it.each([
    [null],
    [''],
    [session('stranger')],
    [session('shop-orders', '999988887777')],
    // Whoever gives out a federated session, or makes a user, chooses its name.
    ['arn:aws:sts::111122223333:federated-user/shop-orders'],
    ['arn:aws:iam::111122223333:user/shop-orders'],
    ['arn:aws:iam::111122223333:user/role/shop-orders'],
    ['arn:aws:sts::111122223333:assumed-role/stranger/shop-orders'],
    ['arn:aws:iam::111122223333:root'],
  ])('is unknown as %s', (arn) => {
    expect(() => caller(arn, 'read')).toThrow(expect.objectContaining({ code: 'CALLER_UNKNOWN' }));
  });
});
