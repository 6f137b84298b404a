// What a payer's browser brings back from Alipay's cashier. Signed like a notice and silent about the trade's status: it
// says which payment to ask for, and nothing else of it is used.
// @see https://opendocs.alipay.com/open/028r8t (answer parameters)
import { isTransactionId } from '../../domain/ids.ts';
import { CallbackRefused, type ReaderPorts, type ReturnedPayer } from '../gateway.ts';
import type { AlipayConfig } from './config.ts';
import { readReturned } from './fields.ts';
import { decodeFields, readForm } from './form.ts';
import type { PlatformKey } from './keys.ts';
import { checkOurs, checkTime, prove } from './proof.ts';

/** bytes: about what browsers and gateways pass on */
const longest = 8 * 1024;

/** @throws CallbackRefused */
export function readReturn(
  query: string,
  config: AlipayConfig,
  platform: PlatformKey,
  now: ReaderPorts['now'],
): ReturnedPayer {
  const form = readForm(Buffer.from(query), longest);
  prove(form, platform, now());
  const fields = readReturned(decodeFields(form));
  checkTime(fields, 'timestamp', now());
  checkOurs(fields, config);
  const transactionId = fields.get('out_trade_no') ?? '';
  if (!isTransactionId(transactionId))
    throw new CallbackRefused('foreign', 'out_trade_no is not one of our numbers');
  return { transactionId };
}
