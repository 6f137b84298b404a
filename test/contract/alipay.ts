// Alipay before the contract suite.
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import { refundsOf } from './alipay-refunds.ts';
import {
  beijing,
  form,
  gbkForm,
  merchant,
  notice,
  paidFields,
  stranger,
  type Fields,
  type Pair,
} from './alipay-side.ts';
import { certificates, connected, held, publicKeys, secrets, type Mode } from './alipay-wire.ts';
import type { Bench, Mood, Says } from './bench.ts';

const another = { merchant_id: '2088900000000009', app_id: '2021009900000009' };

function saidFields(
  { transactionId, amount, at, news, merchant: whose, environment }: Says,
  mode: Mode,
): Fields {
  const { serial } = mode[environment];
  const paid: Fields = {
    ...paidFields(transactionId, formatAmount(amount), at),
    ...(serial !== undefined && { alipay_cert_sn: serial }),
    ...(whose === 'another' && { app_id: another.app_id, seller_id: another.merchant_id }),
  };
  return {
    paid,
    // An empty value is no field.
    closed: { ...paid, trade_status: 'TRADE_CLOSED', gmt_payment: '' },
    unlisted_status: { ...paid, trade_status: 'TRADE_WONDERFUL' },
    unrelated: { ...paid, notify_type: 'open_app_auth_notify' },
  }[news];
}

function callback(facts: Says, mode: Mode): Fields {
  const said = notice(saidFields(facts, mode), signerOf(facts, mode));
  return facts.signedBy === 'nobody'
    ? Object.fromEntries(Object.entries(said).filter(([name]) => name !== 'sign'))
    : said;
}

function signerOf({ signedBy, environment }: Says, mode: Mode): Pair {
  return signedBy === 'stranger' ? stranger : mode[environment].by;
}

function node(order: string, mood: Mood, now: number, amount: Money): object {
  const ok = { code: '10000', msg: 'Success', out_trade_no: order };
  const no = (code: string, sub: string) => ({ ...ok, code, msg: 'no', sub_code: sub, sub_msg: '不行' });
  const total = formatAmount(amount);
  const trade = { ...ok, trade_no: '2026112022001400000000000001', total_amount: total };
  const nodes: Partial<Record<Mood, object>> = {
    not_found: no('40004', 'ACQ.TRADE_NOT_EXIST'),
    pending: { ...trade, trade_status: 'WAIT_BUYER_PAY' },
    closed: { ...trade, trade_status: 'TRADE_CLOSED' },
    paid: { ...trade, trade_status: 'TRADE_SUCCESS', send_pay_date: beijing(now) },
    declined: no('40004', 'ACQ.ACCESS_FORBIDDEN'),
    rate_limited: no('40005', 'app.call-limited'),
    unlisted_code: no('40004', 'ACQ.NEVER_HEARD_OF'),
    unsure: no('20000', 'aop.ACQ.SYSTEM_ERROR'),
    other_order: { ...trade, out_trade_no: `${order.slice(0, -4)}zzzz`, qr_code: 'https://qr.alipay.com/x' },
  };
  return nodes[mood] ?? { ...ok, trade_status: 'WAIT_BUYER_PAY', qr_code: 'https://qr.alipay.com/bax01234' };
}

const connector =
  (mode: Mode): Bench['connect'] =>
  (mood, now, amount = { minor: 880, currency: 'CNY' }, signer) =>
    connected(mode, mood, now, {
      signer,
      sent: (business) => ({ order: business['out_trade_no'], amount: business['total_amount'], business }),
      says: (business) => node(business['out_trade_no'] ?? '', mood, now, amount),
    });

const benchOf = (mode: Mode): Bench => ({
  provider: alipay,
  method: 'alipay_qr',
  config: mode.ours.config,
  secrets,
  signer: held,
  hidden: [merchant.privatePem, merchant.privatePem.split('\n')[1] ?? '', 'sign='],
  proofs: { secrets: {}, platformKeys: {} },
  acknowledgements: {
    accepted: { status: 200, contentType: 'text/plain', body: 'success' },
    refused: { status: 400, contentType: 'text/plain', body: 'fail' },
  },
  callback: (facts) => ({ body: form(callback(facts, mode)), headers: {} }),
  door: ({ merchant: whose, environment }) => ({
    config: { ...mode[environment].config, ...(whose === 'another' && another) },
    proofs: { secrets: {}, platformKeys: {} },
  }),
  variants: (facts) => [{ body: gbkForm(saidFields(facts, mode), signerOf(facts, mode)), headers: {} }],
  // The letters among the digits of %XX may be of either case.
  harmlessFlips: (body) => {
    const escapes =
      Buffer.from(body)
        .toString()
        .match(/%[0-9A-F]{2}/g) ?? [];
    return escapes.join('').replaceAll(/[^A-F]/g, '').length;
  },
  connect: connector(mode),
  refunds: refundsOf(mode, another),
});

export const alipayBench = benchOf(publicKeys);
export const alipayCertificateBench = benchOf(certificates);
