// Proves and reads what WeChat Pay posts: the signature over the bytes first, then the envelope, then what is sealed in it.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012075420
import { isTransactionId, type TransactionId } from '../../domain/ids.ts';
import { isCurrency } from '../../domain/money.ts';
import {
  CallbackRefused,
  type Acknowledgement,
  type ReaderPorts,
  type Notification,
  type NotificationReader,
} from '../gateway.ts';
import type { Proofs } from '../provider.ts';
import type { WeChatPayConfig, WeChatPaySecrets } from './config.ts';
import { isNode, readNode, type Node } from './json.ts';
import { keyRing } from './keys.ts';
import { refundSnapshot } from './refund-snapshot.ts';
import { refundState } from './refund-status.ts';
import { open, readSealed } from './sealed.ts';
import { proofHeaders, prove } from './signature.ts';
import { paidSnapshot } from './snapshot.ts';

export function notificationReader(
  config: WeChatPayConfig,
  { now }: Pick<ReaderPorts, 'now'>,
  { secrets, platformKeys }: Proofs<WeChatPaySecrets>,
): NotificationReader {
  const ring = keyRing(config, platformKeys);
  return {
    proofHeaders,
    readNotification({ body, headers }) {
      const proof = prove(headers, body, ring, now());
      if (proof.kind === 'refused') throw new CallbackRefused(proof.reason, proof.detail);
      const notice = readNotice(body);
      const content = opened(notice, secrets.api_v3_key);
      return { notification: read(notice, content, config), keyVersion: proof.serial };
    },
    acknowledge,
  };
}

/** Any 2xx without a body is a yes; anything else is sent again. */
function acknowledge(verdict: 'accepted' | 'refused'): Acknowledgement {
  return verdict === 'accepted'
    ? { status: 200, contentType: 'text/plain', body: '' }
    : { status: 400, contentType: 'application/json', body: '{"code":"FAIL","message":"refused"}' };
}

/** The envelope. */
interface Notice {
  readonly id: string;
  readonly type: string;
  readonly resource: Node;
}

function readNotice(body: Uint8Array): Notice {
  const { id, event_type: type, resource } = readNode(body) ?? {};
  if (!isWord(id) || !isWord(type) || !isNode(resource))
    throw new CallbackRefused('unreadable', 'it is not a notice with id, event_type and resource');
  return { id, type, resource };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value);
}

function opened({ resource }: Notice, key: string | undefined): Node {
  const sealed = readSealed(resource);
  if (!sealed) throw new CallbackRefused('unreadable', 'the resource is not of the one form that is read');
  // Not the callback's fault: it is to be sent again once the channel is whole.
  if (key === undefined)
    throw new Error('WeChat Pay’s callbacks are opened with api_v3_key, which is not here.');
  const text = open(sealed, key);
  if (!text)
    throw new CallbackRefused(
      'not_opened',
      'api_v3_key does not open what was signed with the platform’s key: it is stale, or the notice is another merchant’s',
    );
  const content = readNode(text);
  if (!content) throw new CallbackRefused('unreadable', 'what was sealed is not a JSON object');
  return content;
}

function read(notice: Notice, content: Node, config: WeChatPayConfig): Notification {
  const { mchid, appid } = { ...silent(notice, config), ...content };
  if (mchid !== config.merchant_id || appid !== config.app_id)
    throw new CallbackRefused('foreign', 'it is for another merchant or application');
  const order = content['out_trade_no'];
  const transactionId = typeof order === 'string' && isTransactionId(order) ? order : undefined;
  const isRefund = Object.hasOwn(refundNews, notice.type);
  if (notice.type !== 'TRANSACTION.SUCCESS' && !isRefund)
    return unrecognised(notice, `event_type ${notice.type}`, transactionId);
  if (transactionId === undefined)
    throw new CallbackRefused('foreign', 'out_trade_no is not one of our numbers');
  return isRefund ? refund(notice, content, transactionId) : payment(notice, content, transactionId, config);
}

/**
 * What stands for words that a notice leaves out. Orders are sure to say whose they are, and refunds of which merchant; what
 * our own key opened besides is ours where it says nothing.
 */
function silent({ type }: Notice, { merchant_id, app_id }: WeChatPayConfig): Node {
  if (type === 'TRANSACTION.SUCCESS') return {};
  return type.startsWith('REFUND.') ? { appid: app_id } : { mchid: merchant_id, appid: app_id };
}

/** Of payments WeChat Pay tells only that they succeeded. */
function payment(
  notice: Notice,
  content: Node,
  transactionId: TransactionId,
  config: WeChatPayConfig,
): Notification {
  const { trade_state: state } = content;
  if (state !== 'SUCCESS' || notice.resource['original_type'] !== 'transaction') {
    const what = `${notice.type} of trade_state ${isWord(state) ? state : 'of another form'}`;
    return unrecognised(notice, what, transactionId);
  }
  const snapshot = paidSnapshot(content, transactionId, config);
  const currency = strangeCurrency(content);
  if (!snapshot && currency !== undefined)
    return unrecognised(notice, `${notice.type} in currency ${currency}`, transactionId);
  if (!snapshot)
    throw new CallbackRefused('unreadable', 'a paid order without its time, number, or amount in a currency');
  return { kind: 'payment', snapshot };
}

/** `event_type`, and the `refund_status` that it is sent for: only the pair is believed. */
const refundNews: Readonly<Record<string, string>> = {
  'REFUND.SUCCESS': 'SUCCESS',
  'REFUND.ABNORMAL': 'ABNORMAL',
  'REFUND.CLOSED': 'CLOSED',
};

/** Also of refunds that were made at the console, under a number that is not ours. */
function refund(notice: Notice, content: Node, transactionId: TransactionId): Notification {
  const { refund_status: status } = content;
  const state = typeof status === 'string' ? refundState(status) : undefined;
  if (notice.resource['original_type'] !== 'refund')
    return unrecognised(notice, `${notice.type} around something else`, transactionId);
  if (state === undefined || status !== refundNews[notice.type]) {
    const what = `${notice.type} of refund_status ${isWord(status) ? status : 'of another form'}`;
    return unrecognised(notice, what, transactionId);
  }
  const snapshot = refundSnapshot(content, state);
  const currency = strangeCurrency(content);
  if (!snapshot && currency !== undefined)
    return unrecognised(notice, `${notice.type} in currency ${currency}`, transactionId);
  if (!snapshot) throw new CallbackRefused('unreadable', 'a refund without its numbers, time, or amount');
  return { kind: 'refund', snapshot };
}

/** A text that names no currency that we know. */
function strangeCurrency({ amount }: Node): string | undefined {
  const currency = isNode(amount) ? amount['currency'] : undefined;
  return typeof currency === 'string' && !isCurrency(currency) ? currency.slice(0, 8) : undefined;
}

function unrecognised({ id }: Notice, what: string, transactionId: TransactionId | undefined): Notification {
  return { kind: 'unrecognised', what, noticeId: id, ...(transactionId !== undefined && { transactionId }) };
}
