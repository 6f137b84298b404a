// Keys of both sides: platform certificates and their change, and the keys that a merchant has certified.
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beijing, heard, openWorld, orderNumber, type Fields, type World } from './wechat-merchant.ts';
import { heardGenuine, opened, signed } from './wechat-proof.ts';

const channel = 'WECHAT_PAY_CERT' as const;
const day = 86_400_000;
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

interface Entry {
  readonly serial_no: string;
  readonly effective_time: string;
  readonly expire_time: string;
  readonly encrypt_certificate: Fields;
}
async function fetched() {
  const answer = await world.call('GET', '/v3/certificates', undefined, { channel });
  expect(answer).toMatchObject({ status: 200, genuine: true });
  const { apiV3Key } = world.account(channel);
  return (answer.body['data'] as Entry[]).map((entry) => ({
    ...entry,
    pem: opened(entry.encrypt_certificate, apiV3Key),
  }));
}
const signer = async () => (await world.query('nothing', { channel })).headers.get('wechatpay-serial');

describe('platform certificates', () => {
  test('two at once, hidden by the API v3 key, as in the account’s facts', async () => {
    const entries = await fetched();
    expect(entries).toHaveLength(2);
    expect(entries.map(({ pem }) => pem).join('')).toBe(world.account(channel).platformCertificatesPem);
    for (const entry of entries) {
      const certificate = new X509Certificate(entry.pem);
      expect(entry.serial_no).toBe(certificate.serialNumber);
      expect(entry.serial_no).toMatch(/^[0-9A-F]{40}$/);
      expect(entry.effective_time).toBe(beijing(Date.parse(certificate.validFrom)));
      expect(entry.expire_time).toBe(beijing(Date.parse(certificate.validTo)));
      expect(Date.parse(certificate.validFrom)).toBe(world.clock.at - day);
      expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    }
  });

  test('a merchant with a public key alone has none', async () => {
    expect(await world.call('GET', '/v3/certificates')).toMatchObject({
      status: 404,
      genuine: true,
      body: { code: 'RESOURCE_NOT_EXISTS' },
    });
  });

  test('the change: the second signs, the first is gone, a third is there', async () => {
    const [first, second] = await fetched();
    expect(await signer()).toBe(first?.serial_no);
    expect(await world.gateways.wechatPay.rotateCertificate()).toBe(second?.serial_no);
    expect(await signer()).toBe(second?.serial_no);
    const after = await fetched();
    expect(after).toHaveLength(2);
    expect(after[0]?.serial_no).toBe(second?.serial_no);
    expect([first?.serial_no, second?.serial_no]).not.toContain(after[1]?.serial_no);
    const named = { 'wechatpay-serial': first?.serial_no ?? '' };
    expect(await world.query('nothing', { channel, headers: named })).toMatchObject({
      status: 400,
      body: { code: 'PARAM_ERROR' },
    });
  });

  test('a notification that comes again is signed by the certificate of the day', async () => {
    world.shop.reply = 500;
    const { body } = await world.pay(orderNumber(), {}, channel);
    const before = world.account(channel);
    await world.gateways.wechatPay.rotateCertificate();
    await world.clock.advance(15_000);
    await world.gateways.idle();
    world.shop.reply = 204;
    const [first, second] = heard(world, body['gateway_transaction_id'], channel);
    expect(first && heardGenuine(first, before)).toBe(true);
    expect(second && heardGenuine(second, world.account(channel))).toBe(true);
    expect(second?.headers['wechatpay-serial']).not.toBe(first?.headers['wechatpay-serial']);
    expect(second?.raw).toBe(first?.raw);
  });
});

describe('a merchant’s key', () => {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const registerKey = (mchid: string, pem: string) => world.gateways.wechatPay.registerKey(mchid, pem);

  async function by(serial: string, key: string): Promise<number> {
    const { mchid } = world.account();
    const path = `/v3/pay/transactions/out-trade-no/nothing?mchid=${mchid}`;
    const timestamp = String(Math.floor(world.clock.at / 1000));
    const signature = signed(`GET\n/wechat-pay${path}\n${timestamp}\nn\n\n`, key);
    const authorization = { serial_no: serial, nonce_str: 'n', timestamp, signature };
    return (await world.call('GET', path, undefined, { authorization })).status;
  }

  test('that is registered later signs; the one before it is taken for a day', async () => {
    const before = world.account();
    const serial = registerKey(before.mchid, pair.publicKey);
    expect(serial).toMatch(/^[0-9A-F]{40}$/);
    expect(world.account().merchantCertificateSerial).toBe(serial);
    expect(await by(serial, pair.privateKey)).toBe(404);
    expect(await by(serial, before.merchantPrivateKeyPem)).toBe(401);
    expect(await by(before.merchantCertificateSerial, before.merchantPrivateKeyPem)).toBe(404);
    await world.clock.advance(day - 1);
    expect(await by(before.merchantCertificateSerial, before.merchantPrivateKeyPem)).toBe(404);
    await world.clock.advance(1);
    expect(await by(before.merchantCertificateSerial, before.merchantPrivateKeyPem)).toBe(401);
    expect(await by(serial, pair.privateKey)).toBe(404);
  });

  test('is RSA of 2048 bits, of a merchant that is known', () => {
    const { mchid } = world.account();
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const pem = ec.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => registerKey(mchid, pem)).toThrow(/RSA public key of 2048 bits/);
    expect(() => registerKey(mchid, 'nothing')).toThrow(/Nothing was registered/);
    expect(() => registerKey('1900000000', pair.publicKey)).toThrow(/no merchant 1900000000/);
  });
});

test('the facts tell the merchants apart', () => {
  const [open, certified] = [world.account(), world.account(channel)];
  expect([open.mode, certified.mode]).toEqual(['public_key', 'certificate']);
  expect(open).not.toHaveProperty('platformCertificatesPem');
  for (const { apiV3Key, publicKeyId, mchid, appid } of [open, certified]) {
    expect(apiV3Key).toMatch(/^[!-~]{32}$/);
    expect(publicKeyId).toMatch(/^PUB_KEY_ID_0116\d+$/);
    expect(mchid).toMatch(/^19\d{8}$/);
    expect(appid).toMatch(/^wx[0-9a-f]{16}$/);
  }
  expect(open.apiV3Key).not.toBe(certified.apiV3Key);
});
