// Certificate mode at work: requests name the certificates, and nothing proves anything but the certificate that is
// configured, while it is valid. The official SDK judges both ways.
import { AlipaySdk } from 'alipay-sdk';
import { describe, expect, test } from '@jest/globals';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { noon, setting } from '../contract/bench.ts';
import {
  certificates,
  certified,
  certifiedAnswer,
  certify,
  byRoot,
  made,
  middle,
  middleName,
  middlePem,
  platformPem,
} from '../contract/alipay-certificates.ts';
import {
  account,
  answer,
  beijing,
  form,
  merchant,
  notice,
  paidFields,
  platform,
  returnedFields,
  stranger,
  type Fields,
} from '../contract/alipay-side.ts';
import { answering, options, order, request } from './alipay-answering.ts';

const day = 86_400_000;
const sdk = new AlipaySdk({
  ...{ appId: account.app_id, privateKey: merchant.privatePem, keyType: 'PKCS8' },
  appCertContent: certified.app_certificate,
  alipayPublicCertContent: platformPem,
  alipayRootCertContent: certified.root_certificate_platform,
});
const serial = sdk.config.alipayCertSn;
const serials = { app_cert_sn: sdk.config.appCertSn, alipay_root_cert_sn: sdk.config.alipayRootCertSn };
const another = 'd41d8cd98f00b204e9800998ecf8427e';

describe('requests', () => {
  const qr = { code: '10000', msg: 'Success', out_trade_no: order, qr_code: 'https://qr.alipay.com/bax1' };
  const told = (method: string) => certifiedAnswer(method, qr, serial);
  /** Alipay's place: it knows the merchant's key. */
  const judge = new AlipaySdk({
    ...{ appId: account.app_id, privateKey: merchant.privatePem, keyType: 'PKCS8' },
    alipayPublicKey: merchant.publicPem,
  });

  test('name both certificates under their signature, as the SDK does', async () => {
    const { gateway, sent } = answering(told, certified);
    await gateway.prepay(request, options);
    await gateway.queryPayment({ transactionId: order, currency: 'CNY' }, options);
    await gateway.closePayment({ transactionId: order, currency: 'CNY' }, options);
    expect(sent).toHaveLength(3);
    for (const { system } of sent) expect(system).toMatchObject(serials);
    const theirs = new URL(sdk.pageExecute('alipay.trade.page.pay', 'GET', { bizContent: {} })).searchParams;
    expect(Object.fromEntries(theirs)).toMatchObject(serials);
  });

  test.each(['alipay_page', 'alipay_wap', 'alipay_app'])('%s, too', async (method) => {
    const { gateway } = answering(told, certified);
    const outcome = await gateway.prepay({ ...request, method }, options);
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    const { prepayInfo: info } = outcome.value;
    const text = info.kind === 'redirect_url' ? info.url : Object.values(info).join();
    const query = info.kind === 'app_parameters' ? (info.parameters['order_string'] ?? '') : text;
    const fields = Object.fromEntries(new URLSearchParams(query.slice(query.indexOf('?') + 1))) as Fields;
    expect(fields).toMatchObject(serials);
    expect(judge.checkNotifySignV2({ ...fields })).toBe(true);
    expect(judge.checkNotifySignV2({ ...fields, app_cert_sn: another })).toBe(false);
  });

  test('in public-key mode they name none', async () => {
    const { gateway, sent } = answering((method) => answer(method, qr));
    expect(await gateway.prepay(request, options)).toMatchObject({ kind: 'ok' });
    for (const name of Object.keys(serials)) expect(sent[0]?.system).not.toHaveProperty(name);
  });
});

describe('answers', () => {
  const trade = { code: '10000', msg: '好', out_trade_no: order, trade_status: 'WAIT_BUYER_PAY' };
  const ask = (text: string, now = noon) =>
    answering(() => text, certified, now).gateway.queryPayment(
      { transactionId: order, currency: 'CNY' },
      { deadline: now + 5_000 },
    );
  const genuine = certifiedAnswer('alipay.trade.query', trade, serial);

  test('genuine for the SDK, genuine for us', async () => {
    const { sign } = JSON.parse(genuine) as { sign: string };
    expect(() => {
      sdk.checkResponseSign(genuine, 'alipay_trade_query_response', sign, '');
    }).not.toThrow();
    expect(await ask(genuine)).toMatchObject({ kind: 'ok', value: { state: 'pending' } });
  });

  test.each([
    ['of another certificate', genuine.replace(serial, another), `certificate ${another}`],
    ['of another, by its key', certifiedAnswer('alipay.trade.query', trade, another, stranger), another],
    ['of none', answer('alipay.trade.query', trade), 'no certificate'],
    ['of something else', genuine.replace(serial, '<b>x</b>'), 'no certificate'],
    ['of a number', genuine.replace(`"${serial}"`, '1'), 'no certificate'],
  ])('%s: unknown, and the cause tells which', async (_, text, named) => {
    const outcome = await ask(text);
    expect(outcome).toMatchObject({ kind: 'unknown', reason: 'bad_signature' });
    const { cause } = outcome as { cause: string };
    expect(cause).toContain(named);
    expect(cause).toContain(serial);
    expect(cause).not.toContain('<');
  });

  test('of our certificate, by another key: unknown', async () => {
    const forged = certifiedAnswer('alipay.trade.query', trade, serial, stranger);
    expect(await ask(forged)).toEqual({ kind: 'unknown', reason: 'bad_signature' });
  });

  test.each([
    ['in its first second', made - day],
    ['in its last second', made + 100 * day],
  ])('%s it proves', async (_, now) => {
    expect(await ask(genuine, now)).toMatchObject({ kind: 'ok' });
  });

  test.each([
    ['before it begins', made - day - 1000],
    ['after its end', made + 100 * day + 1000],
  ])('94 %s it proves nothing, and the cause names it', async (_, now) => {
    const cause = expect.stringMatching(`certificate ${serial},.* is not valid now`) as unknown;
    expect(await ask(genuine, now)).toEqual({ kind: 'unknown', reason: 'bad_signature', cause });
  });
});

describe('notices and returns', () => {
  const fields = { ...paidFields(order, '8.80', noon), alipay_cert_sn: serial };

  function outcome(read: () => unknown): unknown {
    try {
      return read();
    } catch (error) {
      if (error instanceof CallbackRefused) return error.reason;
      throw error;
    }
  }
  const reader = (now: number, config: object = certified) =>
    alipay.reader(
      { ...alipay.configSchema.parse(config), ...setting },
      { now: () => now, fetch: () => Promise.reject(new Error('nobody is called here')) },
      { secrets: {}, platformKeys: {} },
    );
  const posted = (said: Fields, now = noon, config: object = certified) =>
    outcome(() => reader(now, config).readNotification({ body: form(said), headers: {} }));
  const brought = (said: Fields, now = noon) =>
    outcome(() => reader(now).readReturn?.(form(said).toString()).transactionId);

  test('genuine for the SDK, genuine for us, under the serial', () => {
    expect(sdk.checkNotifySignV2({ ...notice(fields) })).toBe(true);
    expect(posted(notice(fields))).toMatchObject({ keyVersion: serial, notification: { kind: 'payment' } });
    expect(brought(notice({ ...returnedFields(order, noon), alipay_cert_sn: serial }))).toBe(order);
  });

  test('one that names no certificate is proved by the key', () => {
    expect(posted(notice({ ...fields, alipay_cert_sn: '' }))).toMatchObject({ keyVersion: serial });
    expect(brought(notice(returnedFields(order, noon)))).toBe(order);
  });

  test('one that names another is not authentic, though our key signed it', () => {
    expect(posted(notice({ ...fields, alipay_cert_sn: another }))).toBe('not_authentic');
    expect(posted(notice({ ...fields, alipay_cert_sn: '' }, stranger))).toBe('not_authentic');
    expect(brought(notice({ ...returnedFields(order, noon), alipay_cert_sn: another }))).toBe(
      'not_authentic',
    );
  });

  test('94 a certificate that has expired, or has not begun, proves nothing', () => {
    for (const now of [made - day - 1000, made + 100 * day + 1000]) {
      const said = { ...paidFields(order, '8.80', now), alipay_cert_sn: serial };
      expect(posted(notice(said), now)).toBe('not_authentic');
      expect(brought(notice({ ...returnedFields(order, now), timestamp: beijing(now) }), now)).toBe(
        'not_authentic',
      );
    }
  });

  test('94 nor does one whose authority has', () => {
    const short = { ...byRoot, subject: middleName, isAuthority: true, until: noon - 1000 };
    const expired = { ...certified, certificate_platform: platformPem + certify(middle, short) };
    expect(posted(notice(fields), noon, expired)).toBe('not_authentic');
    expect(posted(notice(fields), noon - 2000, expired)).toMatchObject({ keyVersion: serial });
  });

  test('the next certificate is taken as soon as it is configured', () => {
    const next = certify(platform);
    const renewed = { ...certified, ...certificates, certificate_platform: next + middlePem };
    expect(posted(notice(fields), noon, renewed)).toBe('not_authentic');
    expect(posted(notice({ ...fields, alipay_cert_sn: '' }), noon, renewed)).not.toMatchObject({
      keyVersion: serial,
    });
  });
});
