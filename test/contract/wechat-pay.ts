// WeChat Pay before the contract suite.
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import type { Signer } from '../../lib/gateways/gateway.ts';
import { weChatPay } from '../../lib/gateways/wechat-pay/index.ts';
import type { Bench, Mood, Says, Sent } from './bench.ts';
import { weChatPayRefunds } from './wechat-pay-refunds.ts';
import { account, apiV3Key, merchant, notice, paidOrder, type Sealing } from './wechat-pay-side.ts';
import {
  another,
  certificates,
  connected,
  held,
  no,
  posted,
  publicKey,
  secrets,
  spoilt,
  type Answer,
  type Mode,
} from './wechat-pay-world.ts';

function saidNotice(facts: Says, sealing: Sealing = {}): Record<string, unknown> {
  const { transactionId, amount, at, news, merchant: whose } = facts;
  const paid = {
    ...paidOrder(transactionId, amount.minor, at),
    ...(whose === 'another' && { mchid: another.merchant_id, appid: another.app_id }),
  };
  if (news === 'unrelated')
    return notice({ mchid: account.merchant_id, stock_id: '1' }, { type: 'COUPON.SEND', kind: 'coupon' });
  const state = { closed: 'CLOSED', unlisted_status: 'WONDERFUL', paid: 'SUCCESS' }[news];
  return notice({ ...paid, trade_state: state }, { sealing });
}

/** The same notice in every spelling that JSON has for it. */
function spellings(facts: Says): string[] {
  const said = saidNotice(facts);
  const plain = JSON.stringify(said);
  const turned = Object.fromEntries(Object.entries(said).reverse());
  const sealings: Sealing[] = [{ associated: '' }, { associated: null }, { associated: undefined }];
  return [
    JSON.stringify(said, null, 2),
    JSON.stringify(turned),
    plain.replaceAll('/', '\\/'),
    plain.replace('支付', '\\u652f\\u4ed8'),
    ...sealings.map((sealing) => JSON.stringify(saidNotice(facts, sealing))),
  ];
}

type Operation = 'prepay' | 'query' | 'close';

function answer(operation: Operation, order: string, mood: Mood, now: number, { minor }: Money): Answer {
  const paid = paidOrder(order, minor, now);
  const { appid, mchid, out_trade_no, trade_type } = paid;
  const open = (trade_state: string) => ({ appid, mchid, out_trade_no, trade_type, trade_state });
  const said = (status: number, body: object) => ({ status, body: JSON.stringify(body) });
  const well = {
    prepay: said(200, {
      code_url: 'weixin://wxpay/bizpayurl?pr=qnu8GTpzz',
      prepay_id: 'wx201410272009395522657a690389285100',
      h5_url: 'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2',
    }),
    query: said(200, open('NOTPAY')),
    close: { status: 204, body: '' },
  }[operation];
  const answers: Partial<Record<Mood, Answer>> = {
    ...spoilt(paid, { ...paid, code_url: 'weixin://x', out_trade_no: `${order.slice(0, -4)}zzzz` }),
    not_found: no(404, 'ORDER_NOT_EXIST'),
    declined: no(403, 'NO_AUTH'),
    rate_limited: no(429, 'FREQUENCY_LIMITED'),
    ...(operation === 'query' && { paid: said(200, paid), closed: said(200, open('CLOSED')) }),
  };
  return answers[mood] ?? well;
}

function connector(mode: Mode): Bench['connect'] {
  return (mood, now, amount = { minor: 880, currency: 'CNY' }, signer?: Signer) => {
    const sent: Sent[] = [];
    const gateway = connected(
      mode,
      now,
      mood,
      ({ pathname, business }) => {
        const [, named, close] = /\/out-trade-no\/([^/]+)(\/close)?$/.exec(pathname) ?? [];
        const total = (business['amount'] as { total: number } | undefined)?.total;
        const order = String(named ?? business['out_trade_no']);
        sent.push({
          order,
          amount: total === undefined ? undefined : formatAmount({ minor: total, currency: 'CNY' }),
          business,
        });
        const operation = named === undefined ? 'prepay' : close === undefined ? 'query' : 'close';
        return answer(operation, order, mood, now, amount);
      },
      signer,
    );
    return { gateway, sent };
  };
}

const proofs = { secrets: { api_v3_key: apiV3Key }, platformKeys: {} };

const benchOf = (mode: Mode): Bench => ({
  provider: weChatPay,
  method: 'wechat_native',
  config: mode.ours.config,
  secrets,
  signer: held,
  hidden: [merchant.privatePem, merchant.privatePem.split('\n')[1] ?? '', apiV3Key, 'signature="'],
  proofs,
  acknowledgements: {
    accepted: { status: 200, contentType: 'text/plain', body: '' },
    refused: { status: 400, contentType: 'application/json', body: '{"code":"FAIL","message":"refused"}' },
  },
  callback: (facts) => posted(JSON.stringify(saidNotice(facts)), facts, mode),
  // Whoever shares our APIv3 key is the harder to tell from us.
  door: ({ merchant: whose, environment }) => ({
    config: { ...mode[environment].config, ...(whose === 'another' && another) },
    proofs,
  }),
  variants: (facts) => spellings(facts).map((text) => posted(text, facts, mode)),
  tellsNoClosing: true,
  // The signature covers the very bytes.
  harmlessFlips: () => 0,
  connect: connector(mode),
  refunds: weChatPayRefunds(mode),
});

export const weChatPayBench = benchOf(publicKey);
export const weChatPayCertificateBench = benchOf(certificates);
