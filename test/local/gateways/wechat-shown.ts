// An order as the shop shows it to the payer: a code, a link, or parameters with the second signature.
import type { Channel, World } from './wechat-merchant.ts';
import { signed, type Fields } from './wechat-proof.ts';

export type Way = 'native' | 'jsapi' | 'app' | 'h5';
export interface Signing {
  readonly channel?: Channel;
  readonly change?: Record<string, string>;
  readonly terms?: Fields;
}

/** Places an order and shows it as the shop does. */
export async function show(
  world: World,
  way: Way,
  number: string,
  { channel, change, terms }: Signing = {},
): Promise<object> {
  const { body } = await world.place(way, number, terms, channel ? { channel } : {});
  const { appid, mchid, merchantPrivateKeyPem: key } = world.account(channel);
  const [time, nonce] = [String(Math.floor(world.clock.at / 1000)), 'nonce-of-the-shop'];
  const id = String(body['prepay_id']);
  switch (way) {
    case 'native':
      return { kind: 'qr_code', qr_code: body['code_url'] };
    case 'h5':
      return { kind: 'redirect_url', url: body['h5_url'] };
    case 'jsapi': {
      const paySign = signed(`${appid}\n${time}\n${nonce}\nprepay_id=${id}\n`, key);
      const written = { appId: appid, timeStamp: time, nonceStr: nonce, package: `prepay_id=${id}` };
      return { kind: 'jsapi_parameters', parameters: { ...written, signType: 'RSA', paySign, ...change } };
    }
    case 'app': {
      const sign = signed(`${appid}\n${time}\n${nonce}\n${id}\n`, key);
      const written = { appid, partnerid: mchid, prepayid: id, package: 'Sign=WXPay', noncestr: nonce };
      return { kind: 'app_parameters', parameters: { ...written, timestamp: time, sign, ...change } };
    }
  }
}
