// What happens to payments after they were made, with secrets in every text that comes from outside.
import { expect } from '@jest/globals';
import { notice, returnedFields } from '../contract/alipay-side.ts';
import { fault, made, noFaults, now, told, type Seen } from './play.ts';
import { create, fresh, json } from './row.ts';
import type { Answer, Sent, World } from './world.ts';

export interface Planting {
  readonly world: World;
  /** its answer is kept to be searched */
  readonly send: (sent: Sent) => Promise<Answer>;
  readonly plant: (name: string, value: string, at?: readonly string[]) => string;
}

const shown = ['answers', 'tables'];

/** @returns the payments that have a timeline now */
export async function laterFlows(planting: Planting): Promise<string[]> {
  const means = await meansToPay(planting);
  return [...means, await closedAndDecided(planting), await cameBack(planting)];
}

/** Links and texts that are signed by KMS: whoever has one can pay, or have paid, as somebody else. */
async function meansToPay({ world, send, plant }: Planting): Promise<string[]> {
  const by = (payment_method: string) => create({ payment_channel: 'ALIPAY_CERT', payment_method });
  const app = await send(by('alipay_app'));
  const page = await send(by('alipay_page'));
  expect([app.status, page.status]).toEqual([201, 201]);
  const { parameters } = app.json['prepay_info'] as { parameters: { order_string: string } };
  const { url } = page.json['prepay_info'] as { url: string };
  plant('what an app pays with', parameters.order_string, shown);
  plant('what a browser pays with', url, shown);
  for (const query of [parameters.order_string, new URL(url).search])
    plant('a signature of KMS', new URLSearchParams(query).get('sign') ?? '', shown);
  for (const broken of ['throttle', 'access_denied', 'internal_error', 'crash_after']) {
    const at = { operation: 'create-payment', service: 'kms', action: 'Sign', times: 3 };
    await fault(world, { ...at, fault: broken });
    await send(by('alipay_app'));
    await noFaults(world);
  }
  return [app, page].map((answer) => (answer.json as Seen).transaction_id);
}

function post(id: string, route: string, body: object, as: Sent['as']): Sent {
  const headers = [json, ['idempotency-key', fresh('key')]] as const;
  const path = `/payments/transactions/${id}/${route}`;
  return { method: 'POST', path, headers, body: JSON.stringify(body), as };
}

/** Reasons are for people who read the record, and for nobody who reads the log. */
async function closedAndDecided({ world, send, plant }: Planting): Promise<string> {
  const { transaction_id: id } = await made(world);
  const record = ['tables', 'timelines'];
  const why = plant('why it was closed', 'canary-reason-of-a-closing', record);
  expect((await send(post(id, 'close', { reason: why }, 'local-app'))).status).toBe(202);
  await send(
    post(id, 'close', { reason: plant('a card number in a reason', '5105105105105100') }, 'local-app'),
  );
  const late = await told(world, id, { total_amount: '9.99' });
  expect(late).toMatchObject({ anomaly: { kind: 'OVERPAID' } });
  const because = plant('why it was accepted', 'canary-reason-of-a-decision', [
    ...record,
    'answers',
    'events',
  ]);
  const decision = { action: 'accept', version: late['version'], reason: because };
  await send(post(id, 'anomaly/resolution', decision, 'local-app'));
  expect((await send(post(id, 'anomaly/resolution', decision, 'operator'))).status).toBe(200);
  return id;
}

/** A payer's address, genuine, harmed, and of another application. */
async function cameBack({ world, send, plant }: Planting): Promise<string> {
  const { transaction_id: id } = await made(world, { return_url: 'https://shop.example/done' });
  const fields = {
    ...returnedFields(id, await now(world)),
    passback_params: plant('what a browser carries', 'canary-passback-params'),
    buyer_logon_id: plant('the payer’s address', 'canary.returns@example.com'),
  };
  const back = (said: Record<string, string>, code = 'alipay') =>
    send({ path: `/payments/returns/${code}`, query: new URLSearchParams(said).toString() });
  const genuine = notice(fields);
  plant('the signature of a return', genuine['sign'] ?? '');
  expect((await back(genuine)).status).toBe(303);
  for (const harmed of [
    { ...genuine, total_amount: '0.01' },
    { ...genuine, sign: 'canary-sign-that-is-none' },
    notice({ ...fields, app_id: '2021009900000009' }),
  ])
    expect([400, 403]).toContain((await back(harmed)).status);
  expect((await back(genuine, 'alipay_cert')).status).toBe(403);
  return id;
}
