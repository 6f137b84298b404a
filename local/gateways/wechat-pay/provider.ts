// WeChat Pay, put together: merchants, books, notifications, and its addresses.
import { generateKeyPairSync } from 'node:crypto';
import { Deliveries } from '../deliveries.ts';
import type { Faults } from '../faults.ts';
import { Refused } from '../http.ts';
import type { Ports } from '../ports.ts';
import { leadsTo, type Connecting, type LocalProvider, type Opening } from '../provider.ts';
import { openAuthority } from './authority.ts';
import { Books } from './books.ts';
import { answerCall, type House } from './gateway.ts';
import { Merchant, type Account, type AccountFacts } from './merchant.ts';
import { manners, noticeOf, type Fault } from './notice.ts';
import { Orders, type Order, type Paid } from './orders.ts';
import { browse, pagePath } from './page.ts';
import { isCode, play } from './payer.ts';
import { paymentNews } from './payment-notice.ts';
import { refundDesk } from './refund-desk.ts';
import { refundNews } from './refund-notice.ts';
import { Refunds, type Refund, type RefundStatus } from './refunds.ts';
import type { Seller } from './seller.ts';
import { yuan } from './yuan.ts';

export interface WechatPay extends LocalProvider {
  /** as they stand now: one with a public key alone, then one with platform certificates */
  readonly accounts: readonly AccountFacts[];
  /** stands where `https://api.mch.weixin.qq.com` does; its path is part of what is signed */
  readonly gatewayUrl: string;
  /**
   * A merchant has another key certified; the certificate before it stays valid for a day.
   * @returns the serial of the new certificate
   * @throws Refused (404) for an unknown merchant, (422) for what is not RSA of 2048 bits
   */
  registerKey(mchid: string, publicKeyPem: string): string;
  /** The next platform certificate signs from here on, and another is issued. @returns the serial of the one that signs */
  rotateCertificate(): Promise<string>;
}

const account: Account = { mchid: '1900006511', appid: 'wx8a1f00c2d3e4a001' };
const certifiedAccount: Account = { mchid: '1900006522', appid: 'wx8a1f00c2d3e4a002' };

const name = 'wechat_pay';
const cannotPlay = {
  other_mode: 'WeChat Pay notifications carry no mode: there is no sandbox that sends them.',
};

/** With keys of its own, new at every start. */
export async function openWechatPay({ ports, faults, origin }: Opening): Promise<WechatPay> {
  const house = await furnish(ports, faults.of<Fault>(name, cannotPlay), origin);
  const { sellers, books, deliveries } = house;
  const gatewayUrl = () => `${origin()}/wechat-pay`;
  return {
    name,
    cannotPlay,
    channels: sellers.map(({ merchant }) => ({
      code: merchant.channelCode,
      connect: (how) => connect(merchant, gatewayUrl(), how),
    })),
    get accounts() {
      return sellers.map(({ merchant }) => merchant.facts());
    },
    get gatewayUrl() {
      return gatewayUrl();
    },
    registerKey(mchid, publicKeyPem) {
      const seller = sellers.find(({ merchant }) => merchant.account.mchid === mchid);
      if (!seller) throw new Refused(404, `WeChat Pay has no merchant ${mchid}. Nothing was registered.`);
      return seller.merchant.register(publicKeyPem);
    },
    rotateCertificate: () => sellers[1].merchant.rotate(),
    rotateKeys: () => sellers[1].merchant.rotate(),
    async answer(request) {
      if (request.target.startsWith('/wechat-pay/v3/')) return answerCall(house, request);
      const isPage = request.target === pagePath || request.target.startsWith(`${pagePath}?`);
      const isBrowser = request.method === 'GET' || request.method === 'POST';
      return isPage && isBrowser ? browse(request, sellers) : undefined;
    },
    owns(means, here) {
      switch (means.kind) {
        case 'qr_code':
          return isCode(means.qr_code);
        case 'redirect_url':
          return leadsTo(means.url, here, pagePath);
        case 'jsapi_parameters':
          return means.parameters['package']?.startsWith('prepay_id=') === true;
        case 'app_parameters':
          return means.parameters['prepayid'] !== undefined;
        case 'client_secret':
          return false;
      }
    },
    pay: (means, payer) => play(means, payer, sellers, ports.fetch),
    books: () => ({
      charges: books.charges(sellers),
      refunds: books.refunds(sellers),
      balances: books.balances(),
    }),
    refunds: refundDesk(sellers, () => ports.now()),
    callbacks: (transactionId) => deliveries.made(transactionId),
    resend: (transactionId) => deliveries.resend(transactionId),
    idle: () => deliveries.idle(),
    stop() {
      for (const { refunds } of sellers) refunds.stop();
      deliveries.stop();
    },
  };
}

function connect(merchant: Merchant, gatewayUrl: string, { publicKeyPem, callbackUrl }: Connecting): object {
  merchant.callbackUrl = callbackUrl;
  if (publicKeyPem !== undefined) merchant.register(publicKeyPem);
  const account = merchant.facts();
  return {
    gateway_url: gatewayUrl,
    merchant_id: account.mchid,
    app_id: account.appid,
    merchant_certificate_serial: account.merchantCertificateSerial,
    ...(account.mode === 'certificate'
      ? { certificate_platform: account.platformCertificatesPem }
      : { public_key_platform: account.platformPublicKeyPem, public_key_id_platform: account.publicKeyId }),
    ...(publicKeyPem === undefined && { private_key_merchant: account.merchantPrivateKeyPem }),
    api_v3_key: account.apiV3Key,
  };
}

async function furnish(ports: Ports, faults: Faults<Fault>, origin: () => string): Promise<House> {
  const opening = { authority: openAuthority(ports), clock: ports };
  const merchants = await Promise.all([
    Merchant.open(account, 'WECHAT_PAY', 'public_key', opening),
    Merchant.open(certifiedAccount, 'WECHAT_PAY_CERT', 'certificate', opening),
  ]);
  const shared = { ports, books: new Books(), deliveries: new Deliveries(ports, faults, manners) };
  const strangerPem = once(newPrivatePem);
  const seat = (merchant: Merchant): Seller => ({
    merchant,
    orders: new Orders(ports, (order, paid) => {
      ended(order, paid, merchant, { ...shared, strangerPem });
    }),
    refunds: new Refunds(ports, (refund, before) => {
      refunded(refund, before, merchant, { ...shared, strangerPem });
    }),
  });
  const sellers = [seat(merchants[0]), seat(merchants[1])] as const;
  return { ...shared, faults, sellers, strangerPem, origin };
}

type Telling = Pick<House, 'ports' | 'books' | 'deliveries' | 'strangerPem'>;

/** An order was paid: the books first, then the shop. Nothing is told of one that was closed. */
function ended(
  order: Order,
  paid: Paid,
  merchant: Merchant,
  { ports, books, deliveries, strangerPem }: Telling,
): void {
  const { transactionId, at } = paid;
  books.charge({ at, transactionId }, merchant.account.mchid, paid);
  ports.onEvent({
    name: 'wechat_pay.order_paid',
    transaction_id: order.terms.outTradeNo,
    gateway_transaction_id: transactionId,
    amount: yuan(paid.totalFen),
  });
  deliveries.announce(noticeOf(paymentNews(order, merchant.account), merchant, strangerPem, ports));
}

/** What became of a refund: the books first, then the shop, where it left an address. */
function refunded(
  refund: Refund,
  before: RefundStatus,
  merchant: Merchant,
  { ports, books, deliveries, strangerPem }: Telling,
): void {
  const { terms, order, refundId, status } = refund;
  const { mchid } = merchant.account;
  books.refund(refund, before, ports.now(), mchid);
  ports.onEvent({
    name: 'wechat_pay.refunded',
    transaction_id: order.terms.outTradeNo,
    gateway_refund_id: refundId,
    amount: yuan(terms.fen),
    status,
  });
  const news = refundNews(refund, mchid);
  if (news) deliveries.announce(noticeOf(news, merchant, strangerPem, ports));
}

function newPrivatePem(): string {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return privateKey;
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}
