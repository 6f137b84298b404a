// What is posted to the callback's address of channel ALIPAY, and how it is refused.
import { anId } from '../contract/bench.ts';
import { form, notice, paidFields, type Fields } from '../contract/alipay-side.ts';
import { refusing } from './row.ts';
import type { Sent } from './world.ts';

const path = '/payments/callbacks/alipay';
export const genuine = (change: Fields = {}): Fields => ({
  ...paidFields(anId(), '8.80', Date.now()),
  ...change,
});

export function post(body: string | Uint8Array, change: Partial<Sent> = {}): Sent {
  return {
    method: 'POST',
    path,
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body,
    ...change,
  };
}

/** A genuinely signed notice of these fields, bent after it was signed. */
export const bent =
  (change: (text: string) => string, fields: Fields = {}) =>
  () =>
    post(change(form(notice(genuine(fields))).toString()));
export const saying = (fields: Fields) => () => post(form(notice(genuine(fields))));

/** Refused in Alipay's words. */
export const refused = refusing('fail');
