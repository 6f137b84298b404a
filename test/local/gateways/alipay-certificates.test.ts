// The application in certificate mode: alipay-sdk takes our certificates, we take its serial numbers, and neither mixes sellers.
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AlipayRequestError } from 'alipay-sdk';
import { openWorld, orderNumber, type World } from './alipay-merchant.ts';
import { accountOf, link, order, orderString, params, sdkOf } from './alipay-shop-sdk.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const mode = 'certificate';
const zeros = '0'.repeat(32);
const sdk = (change?: object) => sdkOf(world, mode, change);
const exec = (method: string, biz: object, by = sdk()) =>
  by.exec(method, params(world, biz), { validateSign: true });
const precreate = (number: string) =>
  exec('alipay.trade.precreate', order(world, number, 'page', { product_code: undefined }));

async function pay(number: string, prepay: object): Promise<Record<string, unknown>> {
  const body = { transaction_id: number, outcome: 'success', prepay_info: prepay };
  const answer = await world.control('POST', '/pay', body);
  await world.gateways.idle();
  return answer.body;
}
async function paidByCode(number: string) {
  return pay(number, { kind: 'qr_code', qr_code: (await precreate(number))['qr_code'] as string });
}
const told = (number: string) =>
  world.shop.received.filter(({ fields }) => fields['out_trade_no'] === number).map(({ fields }) => fields);
/** The serial numbers as the SDK computes them from the certificates. */
function serials() {
  const { appCertSn, alipayRootCertSn, alipayCertSn } = sdk().config as unknown as Record<string, string>;
  return { app: appCertSn ?? '', root: alipayRootCertSn ?? '', platform: alipayCertSn ?? '' };
}

describe('the certificates', () => {
  test('chain to the RSA root of the bundle, and are valid now', () => {
    const { appId, ...account } = accountOf(world, mode);
    const roots = account.rootCertificatesPem.match(/-----BEGIN[^]*?END CERTIFICATE-----/g) ?? [];
    const kinds = roots.map((root) => new X509Certificate(root).publicKey.asymmetricKeyType);
    expect(kinds).toEqual(['ec', 'rsa', 'rsa']);
    const root = new X509Certificate(roots[2] ?? '');
    for (const pem of [account.appCertificatePem, account.platformCertificatePem]) {
      const leaf = new X509Certificate(pem);
      expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
      expect(leaf.ca).toBe(false);
      expect(Date.parse(leaf.validFrom)).toBeLessThan(world.clock.at);
      expect(Date.parse(leaf.validTo)).toBeGreaterThan(world.clock.at);
    }
    expect(new X509Certificate(account.appCertificatePem).subject).toContain(`CN=${appId}`);
  });

  test('have serial numbers, of which the bundle’s leaves out what is not RSA', () => {
    const { app, root, platform } = serials();
    expect(`${app} ${platform}`).toMatch(/^[0-9a-f]{32} [0-9a-f]{32}$/);
    expect(root).toMatch(/^[0-9a-f]{32}_[0-9a-f]{32}$/);
  });
});

describe('alipay-sdk in certificate mode', () => {
  test('is answered with the platform certificate’s serial number, and believes the answer', async () => {
    const number = orderNumber();
    expect(await precreate(number)).toMatchObject({ code: '10000', out_trade_no: number });
    const address = sdk().pageExecute('alipay.trade.query', 'GET', params(world, { out_trade_no: number }));
    const text = await (await fetch(address)).text();
    expect(text).toMatch(/^\{"alipay_trade_query_response":\{"code":"40004",.*\},"alipay_cert_sn":"/);
    expect(JSON.parse(text)).toMatchObject({ alipay_cert_sn: serials().platform });
    await expect(exec('alipay.trade.close', { out_trade_no: number })).resolves.toMatchObject({
      sub_code: 'ACQ.TRADE_NOT_EXIST',
    });
  });

  test('does not believe an answer of a stranger’s key', async () => {
    const call = { operation: 'query', fault: 'bad_signature' };
    await world.control('POST', '/faults', { call });
    await expect(exec('alipay.trade.query', { out_trade_no: 'none' })).rejects.toThrow(AlipayRequestError);
  });

  test.each([
    ['isv.missing-app-cert-sn', '40001', {}],
    ['isv.invalid-app-cert-sn', '40002', { app: zeros, root: 'right' }],
    ['isv.missing-alipay-root-cert-sn', '40001', { app: 'right' }],
    ['isv.invalid-alipay-root-cert-sn', '40002', { app: 'right', root: zeros }],
  ])('is refused, with a genuine %s, without the right numbers', async (subCode, code, named) => {
    const plain = sdk();
    Object.assign(plain.config, { appCertSn: undefined });
    const { app, root } = { app: undefined, root: undefined, ...named };
    const change = {
      ...(app ? { app_cert_sn: app === 'right' ? serials().app : app } : {}),
      ...(root ? { alipay_root_cert_sn: root === 'right' ? serials().root : root } : {}),
    };
    const asked = params(world, { out_trade_no: 'none' }, change);
    const answer = await plain.exec('alipay.trade.query', asked, { validateSign: true });
    expect(answer).toMatchObject({ code, sub_code: subCode });
  });

  test('what is signed with the numbers, but not with the key, is refused', async () => {
    const privateKey = accountOf(world, 'public_key').merchantPrivateKeyPem;
    const answer = await exec('alipay.trade.query', { out_trade_no: 'none' }, sdk({ privateKey }));
    expect(answer).toMatchObject({ sub_code: 'isv.invalid-signature' });
  });

  test('an application in public-key mode must not name certificates', async () => {
    const asked = params(world, { out_trade_no: 'none' }, { app_cert_sn: serials().app });
    const answer = await sdkOf(world).exec('alipay.trade.query', asked, { validateSign: true });
    expect(answer).toMatchObject({ code: '40002', sub_code: 'isv.invalid-app-cert-sn' });
  });
});

describe('what the shop hears', () => {
  test('of a code, a link and an app string names the platform certificate, and is genuine', async () => {
    const [code, page, app] = [orderNumber(), orderNumber(), orderNumber()];
    await paidByCode(code);
    const change = { return_url: world.shop.url };
    const opened = await pay(page, {
      kind: 'redirect_url',
      url: link(world, page, 'page', { mode, change }),
    });
    const parameters = { order_string: orderString(world, app, { mode }) };
    await pay(app, { kind: 'app_parameters', parameters });
    const { appId, sellerId } = accountOf(world, mode);
    for (const number of [code, page, app]) {
      const [fields = {}] = told(number);
      expect(fields).toMatchObject({
        app_id: appId,
        seller_id: sellerId,
        alipay_cert_sn: serials().platform,
      });
      expect(sdk().checkNotifySignV2(fields)).toBe(true);
      expect(sdk().checkNotifySignV2({ ...fields, alipay_cert_sn: zeros })).toBe(false);
      expect(sdkOf(world).checkNotifySignV2(fields)).toBe(false);
    }
    const { url } = opened['returned'] as { url: string };
    const { a: own, ...signed } = Object.fromEntries(new URL(url).searchParams);
    expect(own).toBe('1');
    expect(signed).toMatchObject({ app_id: appId, seller_id: sellerId, alipay_cert_sn: serials().platform });
    expect(sdk().checkNotifySignV2(signed)).toBe(true);
  });

  test.each([
    ['wrong_key', false, {}],
    ['tampered', false, {}],
    ['wrong_merchant', true, { app_id: '2021009900000009', seller_id: '2088900000000009' }],
  ])('under %s is genuine = %s', async (fault, isGenuine, fields) => {
    const number = orderNumber();
    await world.control('POST', '/faults', { transaction_id: number, callback: { kind: 'payment', fault } });
    await paidByCode(number);
    expect(told(number)).toMatchObject([fields]);
    expect(sdk().checkNotifySignV2(told(number)[0])).toBe(isGenuine);
    const { body } = await world.control('GET', `/callbacks?transaction_id=${number}`);
    expect(body).toMatchObject({ callbacks: [{ fault, accepted: false }] });
    await world.control('POST', '/callbacks/resend', { transaction_id: number });
    expect(sdk().checkNotifySignV2(told(number)[1])).toBe(true);
  });
});

describe('two sellers', () => {
  test('do not know each other’s numbers, and may use the same', async () => {
    const number = orderNumber();
    await world.pay(number, 'success');
    expect(await exec('alipay.trade.query', { out_trade_no: number })).toMatchObject({
      sub_code: 'ACQ.TRADE_NOT_EXIST',
    });
    await paidByCode(number);
    const books: { charges: Record<string, string>[]; balances: Record<string, string> } = (
      await world.control('GET', '/books?provider=alipay')
    ).body;
    const channels = books.charges.filter((each) => each['transaction_id'] === number);
    expect(channels.map((each) => each['channel_code'])).toEqual(['ALIPAY', 'ALIPAY_CERT']);
    expect(new Set(channels.map((each) => each['gateway_transaction_id'])).size).toBe(2);
    for (const each of ['public_key', mode] as const) {
      const { sellerId } = accountOf(world, each);
      expect(Number(books.balances[`merchant:${sellerId}:clearing`])).toBeGreaterThan(0);
    }
  });
});

describe('a key registered later', () => {
  const born = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = (key: ReturnType<typeof born>['publicKey']) =>
    key.export({ type: 'spki', format: 'pem' }).toString();
  const written = (key: ReturnType<typeof born>['privateKey']) =>
    key.export({ type: 'pkcs8', format: 'pem' }).toString();

  test('gets a certificate of its own; the one before is refused', async () => {
    const [before, { publicKey, privateKey }] = [sdk(), born()];
    const issued = world.gateways.alipay.registerKey(accountOf(world, mode).appId, pem(publicKey)) ?? '';
    expect(accountOf(world, mode).appCertificatePem).toBe(issued);
    expect(createPublicKey(issued).equals(publicKey)).toBe(true);
    expect(await exec('alipay.trade.query', { out_trade_no: 'none' }, before)).toMatchObject({
      sub_code: 'isv.invalid-app-cert-sn',
    });
    const later = sdk({ privateKey: written(privateKey) });
    expect(await exec('alipay.trade.query', { out_trade_no: 'none' }, later)).toMatchObject({
      sub_code: 'ACQ.TRADE_NOT_EXIST',
    });
  });

  test('is enough by itself in public-key mode', async () => {
    const { publicKey, privateKey } = born();
    const ask = (by = sdkOf(world)) => exec('alipay.trade.query', { out_trade_no: 'none' }, by);
    expect(await ask()).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' });
    const { appId } = accountOf(world, 'public_key');
    expect(world.gateways.alipay.registerKey(appId, pem(publicKey))).toBeUndefined();
    expect(await ask()).toMatchObject({ sub_code: 'isv.invalid-signature' });
    const later = sdkOf(world, 'public_key', { privateKey: written(privateKey) });
    expect(await ask(later)).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' });
  });

  test('has to be RSA of 2048 bits, of an application that there is', () => {
    const { alipay } = world.gateways;
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    for (const key of ['no key', pem(small), pem(curve)]) {
      expect(() => alipay.registerKey(accountOf(world, mode).appId, key)).toThrow('Nothing was registered');
    }
    expect(() => alipay.registerKey('2021000000000000', pem(born().publicKey))).toThrow('no application');
  });
});
