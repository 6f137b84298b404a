// The quarantine as operators read it.
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { factsDigest } from '../../lib/messaging/callbacks.ts';
import { quarantine, type Quarantined } from '../../lib/store/quarantine.ts';
import { account, aContext, anEvent, answered, environment } from '../lambda/gateway-event.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { startDatabase, type Database } from '../store/database.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;

jest.setTimeout(60_000);

let database: Database;
let run: Run;
const codes = Array.from({ length: 40 }, (_, n) => `ALIPAY_${n}`);

beforeAll(async () => {
  database = await startDatabase();
  const caller = (name: string, scopes: string[], operator?: true) => {
    return { application: name, roles: [`arn:aws:iam::${account}:role/${name}`], scopes, operator };
  };
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    CHANNELS: JSON.stringify(['ALIPAY', ...codes].map((code) => ({ code, provider: 'alipay' }))),
    CALLERS: JSON.stringify([
      caller('finance', ['read', 'reconcile'], true),
      caller('support', ['read'], true),
      caller('shop', ['read', 'reconcile']),
    ]),
  });
  const { handler } = await import('../../functions/list-quarantine/handler.ts');
  run = handler as unknown as Run;
});
afterAll(() => database.stop());

const list = async (query: Record<string, string>, role = 'finance') =>
  answered(
    await run(
      anEvent({
        method: 'GET',
        role,
        query: Object.fromEntries(Object.entries(query).map(([k, v]) => [k, [v]])),
      }),
      aContext(),
    ),
  );

/** @returns digest and time of each, as the pages gave them */
async function walk(channel_code: string, limit: number) {
  const [seen, sizes]: [string[], number[]] = [[], []];
  let cursor: unknown = undefined;
  do {
    const { status, body } = await list({
      channel_code,
      limit: String(limit),
      ...(typeof cursor === 'string' && { cursor }),
    });
    expect(status).toBe(200);
    const items = body['items'] as Record<'received_at' | 'digest', string>[];
    seen.push(...items.map(({ received_at, digest }) => `${received_at}/${digest}`));
    sizes.push(items.length);
    cursor = body['next_cursor'];
  } while (cursor !== null);
  return { seen, sizes };
}

function aCallback(changes: Partial<Quarantined> = {}): Quarantined {
  const snapshot = paidFor(aPayment());
  const notification = { kind: 'payment', snapshot } as const;
  const channelCode = changes.channelCode ?? 'ALIPAY';
  const digest = factsDigest(channelCode, notification);
  const raw = {
    digest,
    receivedAt: at,
    keyVersion: 'k1',
    headers: { 'user-agent': ['a'] },
    bodyBase64: 'YQ==',
  };
  return { channelCode, reason: 'no_such_payment', notification, ...raw, ...changes };
}

const keep = (callback: Quarantined) => quarantine(database.tables(), callback);

describe('the quarantine', () => {
  it('is listed newest first, page by page, each once, and one channel’s alone', async () => {
    let channels = 0;
    const time = fc.integer({ min: 0, max: 5_000 }).map((ms) => new Date(Date.parse(at) + ms).toISOString());
    await fc.assert(
      fc.asyncProperty(
        fc.array(time, { maxLength: 12 }),
        fc.integer({ min: 1, max: 13 }),
        async (times, limit) => {
          const channelCode = codes[channels++] ?? '';
          const kept = times.map((receivedAt) => aCallback({ channelCode, receivedAt }));
          for (const each of kept) {
            expect(await keep(each)).toBe(true);
            expect(await keep({ ...each, receivedAt: '2027-01-01T00:00:00.000Z' })).toBe(false);
          }
          const { seen, sizes } = await walk(channelCode, limit);
          expect(seen).toEqual(
            kept
              .map(({ receivedAt, digest }) => `${receivedAt}/${digest}`)
              .sort()
              .reverse(),
          );
          expect(sizes.slice(0, -1).every((size) => size === limit)).toBe(true);
          expect(sizes).toHaveLength(Math.max(1, Math.ceil(times.length / limit)));
        },
      ),
      { numRuns: codes.length, endOnFailure: true },
    );
  });

  it('of large callbacks is listed whole, though a page holds fewer than were asked for', async () => {
    const bodyBase64 = Buffer.alloc(64 * 1024, 'a').toString('base64');
    const channelCode = 'ALIPAY';
    const kept = Array.from({ length: 25 }, () => aCallback({ channelCode, bodyBase64 }));
    for (const each of kept) await keep(each);
    const { seen, sizes } = await walk(channelCode, 50);
    expect(sizes[0]).toBeLessThan(25);
    expect(seen).toEqual(
      kept
        .map(({ receivedAt, digest }) => `${receivedAt}/${digest}`)
        .sort()
        .reverse(),
    );
  });

  it('shows what was proved, and the bytes that prove it', async () => {
    const channelCode = 'ALIPAY_0';
    const paid = aCallback({ channelCode, receivedAt: '2028-01-01T00:00:00.002Z', reason: 'other_channel' });
    const { transactionId } = aPayment();
    const closed = { kind: 'payment', snapshot: { state: 'closed', transactionId } } as const;
    const strange = { kind: 'unrecognised', what: 'refund notice', noticeId: 'n1' } as const;
    await keep(paid);
    await keep(aCallback({ channelCode, receivedAt: '2028-01-01T00:00:00.001Z', notification: closed }));
    const unknown = { reason: 'unrecognised', notification: strange } as const;
    await keep(aCallback({ channelCode, receivedAt: '2028-01-01T00:00:00.000Z', ...unknown }));
    const { body } = await list({ channel_code: channelCode, limit: '3' });
    const snapshot = paid.notification.kind === 'payment' ? paid.notification.snapshot : undefined;
    const [first, second, third] = body['items'] as object[];
    expect(first).toEqual({
      channel_code: channelCode,
      digest: paid.digest,
      received_at: paid.receivedAt,
      reason: 'other_channel',
      transaction_id: snapshot?.transactionId,
      what: 'payment',
      facts: {
        state: 'paid',
        amount: '8.80',
        currency: 'CNY',
        paid_at: '2026-11-22T08:01:00.000Z',
        gateway_transaction_id: snapshot?.state === 'paid' ? snapshot.gatewayTransactionId : '',
      },
      headers: { 'user-agent': ['a'] },
      body_base64: 'YQ==',
    });
    expect(second).toMatchObject({
      transaction_id: transactionId,
      what: 'payment',
      facts: { state: 'closed' },
    });
    expect(third).toMatchObject({
      reason: 'unrecognised',
      what: 'refund notice',
      facts: { notice_id: 'n1' },
    });
    expect(third).not.toHaveProperty('transaction_id');
  });

  it('has no end of life', async () => {
    const { client, payments } = database.tables();
    const callback = aCallback({ channelCode: 'ALIPAY_1' });
    await keep(callback);
    const sk = `${callback.receivedAt}/${callback.digest}`;
    const Key = { pk: 'QUARANTINE#ALIPAY_1', sk };
    const { Item } = await client.send(new GetCommand({ TableName: payments, Key }));
    expect(Item).toMatchObject({ digest: callback.digest });
    expect(Item).not.toHaveProperty('expires_at_epoch');
  });

  it('is for operators who may reconcile', async () => {
    const refused = { status: 403, body: { code: 'SCOPE_MISSING' } };
    for (const role of ['shop', 'support'])
      expect(await list({ channel_code: 'ALIPAY_2' }, role)).toMatchObject(refused);
  });

  it.each([
    [{}, 400, 'INVALID_REQUEST'],
    [{ channel_code: 'NONE' }, 422, 'CHANNEL_UNKNOWN'],
    [{ channel_code: 'ALIPAY_2#x' }, 422, 'CHANNEL_UNKNOWN'],
    [{ channel_code: '__proto__' }, 422, 'CHANNEL_UNKNOWN'],
    [{ channel_code: 'ALIPAY_2', limit: '0' }, 400, 'INVALID_REQUEST'],
    [{ channel_code: 'ALIPAY_2', order: 'old' }, 400, 'UNKNOWN_FIELD'],
  ])('is not listed for %j', async (query: Record<string, string>, status, code) => {
    expect(await list(query)).toMatchObject({ status, body: { code } });
  });

  it('is not listed from a cursor that is forged, or of another list', async () => {
    const [mine, other] = [aCallback({ channelCode: 'ALIPAY_3' }), aCallback({ channelCode: 'ALIPAY_4' })];
    for (const each of [mine, other]) await keep(each);
    const forged = [
      ...['', 'x', 'LOCK', 'x'.repeat(3000), `${at}/`, `${at}/${'0'.repeat(64)}`, `${at}/${'f'.repeat(64)}`],
      `${other.receivedAt}/${other.digest}`,
      `${mine.receivedAt}/${mine.digest} `,
    ];
    for (const cursor of forged)
      expect(await list({ channel_code: 'ALIPAY_3', cursor })).toMatchObject({
        status: 400,
        body: { code: 'CURSOR_INVALID', param: 'cursor' },
      });
    const last = await list({ channel_code: 'ALIPAY_3', cursor: `${mine.receivedAt}/${mine.digest}` });
    expect(last).toMatchObject({ status: 200 });
  });
});
