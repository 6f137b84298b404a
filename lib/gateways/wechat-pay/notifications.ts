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
  const isPayment = notice.type === 'TRANSACTION.SUCCESS';
  // Only orders are sure to say whose they are; what our own key opened is ours where it says nothing.
  const { mchid, appid } = isPayment
    ? content
    : { mchid: config.merchant_id, appid: config.app_id, ...content };
  if (mchid !== config.merchant_id || appid !== config.app_id)
    throw new CallbackRefused('foreign', 'it is for another merchant or application');
  const order = content['out_trade_no'];
  const transactionId = typeof order === 'string' && isTransactionId(order) ? order : undefined;
  if (notice.type.startsWith('REFUND.')) return unrecognised(notice, 'refund notice', transactionId);
  if (!isPayment) return unrecognised(notice, `event_type ${notice.type}`, transactionId);
  if (transactionId === undefined)
    throw new CallbackRefused('foreign', 'out_trade_no is not one of our numbers');
  return payment(notice, content, transactionId, config);
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
  const { amount } = content;
  const currency = isNode(amount) ? amount['currency'] : undefined;
  if (!snapshot && typeof currency === 'string' && !isCurrency(currency))
    return unrecognised(notice, `${notice.type} in currency ${currency.slice(0, 8)}`, transactionId);
  if (!snapshot)
    throw new CallbackRefused('unreadable', 'a paid order without its time, number, or amount in a currency');
  return { kind: 'payment', snapshot };
}

function unrecognised({ id }: Notice, what: string, transactionId: TransactionId | undefined): Notification {
  return { kind: 'unrecognised', what, noticeId: id, ...(transactionId !== undefined && { transactionId }) };
}
