// WeChat Pay's local side judged by an independent client: wechatpay-axios-plugin signs, verifies and decrypts.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Aes, Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin';
import { openWorld, orderNumber, type Channel, type World } from './wechat-merchant.ts';
import { platformKeys, type Fields } from './wechat-proof.ts';

let world: World;
beforeAll(async () => {
  // The client knows the time of the machine alone.
  world = await openWorld({ now: Date.now });
  world.clock.at = Date.now();
});
afterAll(() => world.stop());

const channels: Channel[] = ['WECHAT_PAY', 'WECHAT_PAY_CERT'];

function clientOf(channel: Channel, certs?: Record<string, string>): Wechatpay {
  const account = world.account(channel);
  return new Wechatpay({
    mchid: account.mchid,
    serial: account.merchantCertificateSerial,
    privateKey: account.merchantPrivateKeyPem,
    certs: certs ?? Object.fromEntries(platformKeys(account)),
    baseURL: world.gateways.wechatPay.gatewayUrl,
  } as ConstructorParameters<typeof Wechatpay>[0]);
}
const place = (client: Wechatpay, product: string, order: Fields) =>
  client.chain(`v3/pay/transactions/${product}`).post<Fields, { data: Fields }>(order);
const order = (number: string, channel: Channel) =>
  world.order(number, { payer: { openid: 'oDEMO-openid' } }, channel);

/** The notification that came last, as the judge verifies and decrypts it. */
function judged(channel: Channel): Fields {
  const { headers, raw } = world.shop.received.at(-1) ?? { headers: {}, raw: '{}' };
  const header = (name: string) => String(headers[`wechatpay-${name}`]);
  const pem = platformKeys(world.account(channel)).get(header('serial')) ?? '';
  const text = Formatter.response(header('timestamp'), header('nonce'), raw);
  const key = Rsa.from(pem, Rsa.KEY_TYPE_PUBLIC);
  if (!Rsa.verify(text, header('signature'), key)) throw new Error('it is not genuine');
  const { resource } = JSON.parse(raw) as { resource: Record<string, string> };
  const { ciphertext = '', nonce = '', associated_data: data } = resource;
  const plain = Aes.AesGcm.decrypt(ciphertext, world.account(channel).apiV3Key, nonce, data);
  return JSON.parse(plain) as Fields;
}

describe.each(channels)('%s', (channel) => {
  test('its signatures are taken, and ours satisfy it: place, query, close', async () => {
    const [client, number] = [clientOf(channel), orderNumber()];
    const { mchid } = world.account(channel);
    const { data } = await place(client, 'jsapi', order(number, channel));
    expect(data['prepay_id']).toMatch(/^wx/);
    const named = { out_trade_no: number } as object;
    const path = 'v3/pay/transactions/out-trade-no/{out_trade_no}';
    const told = await client.chain(path).get<Fields, { data: Fields }>({ params: { mchid }, ...named });
    expect(told.data).toMatchObject({ out_trade_no: number, trade_state: 'NOTPAY' });
    const closed = await client
      .chain(`${path}/close`)
      .post<Fields, { status: number; data: unknown }>({ mchid }, named);
    expect([closed.status, closed.data]).toEqual([204, '']);
  });

  test('a planted bad signature does not satisfy it', async () => {
    const call = { operation: 'prepay', fault: 'bad_signature' };
    await world.control('POST', '/faults', { provider: 'wechat_pay', call });
    const placing = place(clientOf(channel), 'native', order(orderNumber(), channel));
    await expect(placing).rejects.toMatchObject({ code: 'EV3_RES_HEADER_SIGNATURE_DIGEST' });
  });

  test('its second signature opens the purchase on the phone', async () => {
    const number = orderNumber();
    const { data } = await place(clientOf(channel), 'jsapi', order(number, channel));
    const { appid, merchantPrivateKeyPem: key } = world.account(channel);
    const [timeStamp, nonceStr] = [String(Formatter.timestamp()), Formatter.nonce()];
    const package_ = `prepay_id=${String(data['prepay_id'])}`;
    const text = Formatter.joinedByLineFeed(appid, timeStamp, nonceStr, package_);
    const paySign = Rsa.sign(text, Rsa.from(key, Rsa.KEY_TYPE_PRIVATE));
    const parameters = { appId: appid, timeStamp, nonceStr, package: package_, signType: 'RSA', paySign };
    const prepay = { kind: 'jsapi_parameters', parameters };
    const body = { transaction_id: number, outcome: 'success', prepay_info: prepay };
    expect(await world.control('POST', '/pay', body)).toMatchObject({ body: { trade_status: 'SUCCESS' } });
  });

  test('refunds: it asks for one, finds it, and decrypts the news of it', async () => {
    const [client, number] = [clientOf(channel), orderNumber()];
    const paid = await world.pay(number, {}, channel);
    const { data } = await client.chain('v3/refund/domestic/refunds').post<Fields, { data: Fields }>({
      transaction_id: paid.body['gateway_transaction_id'],
      out_refund_no: `${number}_1`,
      notify_url: world.shop.url,
      amount: { refund: 300, total: 880, currency: 'CNY' },
    });
    expect(data).toMatchObject({ out_refund_no: `${number}_1`, status: 'PROCESSING' });
    const decision = { refund_id: `${number}_1`, outcome: 'success' };
    expect(await world.control('POST', '/refunds/decide', decision)).toMatchObject({ status: 200 });
    await world.gateways.idle();
    const told = await client
      .chain('v3/refund/domestic/refunds/{out_refund_no}')
      .get<Fields, { data: Fields }>({ out_refund_no: `${number}_1` });
    expect(told.data).toMatchObject({ refund_id: data['refund_id'], status: 'SUCCESS' });
    expect(judged(channel)).toMatchObject({ refund_status: 'SUCCESS', amount: { refund: 300, total: 880 } });
  });

  test('it verifies and decrypts our notification', async () => {
    await world.pay(orderNumber(), {}, channel);
    expect(judged(channel)).toMatchObject({ trade_state: 'SUCCESS', amount: { total: 880 } });
  });
});

test('it fetches and decrypts our certificates', async () => {
  const channel = 'WECHAT_PAY_CERT';
  const { data } = await clientOf(channel).chain('v3/certificates').get<Fields, { data: Fields }>();
  const entries = data['data'] as { encrypt_certificate: Record<string, string> }[];
  const { apiV3Key, platformCertificatesPem } = world.account(channel);
  const pems = entries.map(({ encrypt_certificate: { ciphertext = '', nonce = '', associated_data } }) =>
    Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associated_data),
  );
  expect(pems.join('')).toBe(platformCertificatesPem);
});

test('a key that is not ours does not satisfy it', async () => {
  const [own, other] = [world.account(), world.account('WECHAT_PAY_CERT')];
  const client = clientOf('WECHAT_PAY', { [own.publicKeyId]: other.platformPublicKeyPem });
  const placing = place(client, 'native', order(orderNumber(), 'WECHAT_PAY'));
  await expect(placing).rejects.toMatchObject({ code: 'EV3_RES_HEADER_SIGNATURE_DIGEST' });
});
