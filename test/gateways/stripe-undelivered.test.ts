// What Stripe could not bring us, as its list of events has it.
import { describe, expect, test } from '@jest/globals';
import { noon } from '../contract/bench.ts';
import {
  account,
  event,
  intent,
  intentId,
  paidIntent,
  paidSession,
  posted,
  sessionId,
} from '../contract/stripe-side.ts';
import { answering, options, order, said, type Said } from './stripe-answering.ts';

const since = '2026-11-17T06:07:08.000Z';
const paid = (change: object = {}) =>
  event('payment_intent.succeeded', paidIntent(order, 880, 'usd'), noon, { ...change });
const page = (data: readonly object[], has_more = false) =>
  said(200, { object: 'list', url: '/v1/events', has_more, data });
const listed = (...answers: readonly Said[]) => {
  const { gateway, sent } = answering(...answers);
  return { sent, outcome: gateway.listUndelivered?.(since, options) };
};

describe('news that did not arrive', () => {
  test('is asked for by what was not delivered, since when, and what settles something', async () => {
    const { sent, outcome } = listed(page([]));
    expect(await outcome).toEqual({ kind: 'ok', value: { news: [] } });
    const [{ method, path } = { method: '', path: '' }] = sent;
    const asked = new URL(path, 'https://stripe.example').searchParams;
    expect([method, path.split('?')[0]]).toEqual(['GET', '/v1/events']);
    expect(asked.get('delivery_success')).toBe('false');
    expect(asked.get('created[gte]')).toBe(String(Date.parse(since) / 1000));
    expect(asked.getAll('types[]')).toEqual(
      expect.arrayContaining([
        'payment_intent.succeeded',
        'payment_intent.canceled',
        'checkout.session.completed',
      ]),
    );
  });

  test('says what its callback would have said, word for word', async () => {
    const { gateway } = answering();
    const { notification } = gateway.readNotification(posted(JSON.stringify(paid())));
    const { outcome } = listed(page([paid()]));
    expect(await outcome).toMatchObject({
      kind: 'ok',
      value: { news: [{ notification, keyVersion: expect.stringMatching(/^sha256:/) as unknown }] },
    });
    expect(notification).toMatchObject({
      kind: 'payment',
      snapshot: {
        state: 'paid',
        gatewayTransactionId: intentId,
        payee: { merchantId: account.account_id },
      },
    });
  });

  const older = { api_version: '2020-08-27' };
  const only = async (event: object) => {
    const { value } = (await listed(page([event])).outcome) as {
      value: { news: readonly { readonly notification: object }[] };
    };
    return value.news.map(({ notification }) => notification);
  };

  test.each([
    ['payment_intent.succeeded', paidIntent(order, 880, 'usd'), intentId],
    ['checkout.session.completed', paidSession(order, 880, 'usd'), sessionId],
  ])(
    '%s in the words of another version: the channel is to be asked',
    async (type, object, gatewayOrderId) => {
      expect(await only(event(type, object, noon, older))).toEqual([
        {
          kind: 'hint',
          what: `${type} of another api_version`,
          noticeId: 'evt_3DemoEventOfTests00001c',
          transactionId: order,
          gatewayOrderId,
        },
      ]);
    },
  );

  test('of a status that we do not know: the channel is to be asked', async () => {
    const strange = paidIntent(order, 880, 'usd', { status: 'wonderful' });
    expect(await only(event('payment_intent.succeeded', strange))).toMatchObject([{ kind: 'hint' }]);
  });

  test.each([
    ['in the words of another version', older],
    ['in our own', {}],
  ])('of a session’s intent, %s: the session tells', async (_, change) => {
    const metadata = { transaction_id: order, by: 'checkout_session' };
    const told = event('payment_intent.succeeded', paidIntent(order, 880, 'usd', { metadata }), noon, change);
    expect(await only(told)).toMatchObject([{ kind: 'ignored' }]);
  });

  test.each([{ metadata: {} }, { id: 'in_1' }, { object: 'charge' }])(
    'in the words of another version, that names no order of ours, stays unrecognised: %j',
    async (change) => {
      const told = event('payment_intent.succeeded', paidIntent(order, 880, 'usd', change), noon, older);
      expect(await only(told)).toMatchObject([{ kind: 'unrecognised' }]);
    },
  );

  test('is read page by page: each says where the older news begins', async () => {
    const closed = event('payment_intent.canceled', intent(order, 880, 'usd', { status: 'canceled' }), noon, {
      id: 'evt_3OlderEventOfTests',
    });
    const first = listed(page([paid(), closed], true));
    expect(await first.outcome).toMatchObject({
      value: {
        news: [
          { notification: { snapshot: { state: 'paid' } } },
          { notification: { snapshot: { state: 'closed' } } },
        ],
        next: 'evt_3OlderEventOfTests',
      },
    });
    expect(first.sent[0]?.path).toMatch(/&limit=20$/);
    const { gateway, sent } = answering(page([paid()]));
    const last = await gateway.listUndelivered?.(since, options, 'evt_3OlderEventOfTests');
    expect(last).not.toHaveProperty('value.next');
    expect(sent[0]?.path).toMatch(/&limit=20&starting_after=evt_3OlderEventOfTests$/);
  });

  test('is read whole where each of a page is as large as a callback may be', async () => {
    const many = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`k${n}`, 'v'.repeat(60)]));
    const large = { ...paid(), padding: many };
    const { outcome } = listed(page(Array.from({ length: 20 }, () => large)));
    const { value } = (await outcome) as { value: { news: readonly object[] } };
    expect(JSON.stringify(large).length).toBeGreaterThan(60_000);
    expect(value.news).toHaveLength(20);
  });

  test.each([
    ['of the live world', { livemode: true }],
    ['of another account', { account: 'acct_1SomebodyElse' }],
    ['without a type', { type: null }],
  ])('%s is passed over as its callback would be refused', async (_, change) => {
    const { outcome } = listed(page([paid(change), paid()]));
    const { value } = (await outcome) as { value: { news: readonly object[] } };
    expect(value.news).toHaveLength(1);
  });

  test.each<[string, Said, string]>([
    ['a break-down', said(500, 'down'), 'http_status'],
    ['another form', said(200, { object: 'list', data: ['x'], has_more: false }), 'unreadable'],
    ['no cursor', page([{ id: '' }], true), 'unreadable'],
    ['a wrong key', said(401, { error: { type: 'invalid_request_error' } }), 'unlisted_code'],
  ])('%s is not taken for an empty list', async (_, answer, reason) => {
    expect(await listed(answer).outcome).toMatchObject({ kind: 'unknown', reason });
  });
});
