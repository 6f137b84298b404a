// WeChat Pay in the hands of a test: a gateway that gives out codes, the channel that knows its keys, and what is posted to
// the channel's callback address.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Machine } from '../../local/machine.ts';
import { anId } from '../contract/bench.ts';
import {
  account,
  apiV3Key,
  byPublicKey,
  certified,
  merchant,
  notice,
  paidOrder,
  platform,
  platformCertificate,
  publicKeyId,
  serialOf,
  signedHeaders,
  type Headers,
  type Signing,
} from '../contract/wechat-pay-side.ts';
import { now } from './play.ts';
import { refusing } from './row.ts';
import type { Sent, World } from './world.ts';

const day = 86_400_000;
const year = 365 * day;

export const certificate = platformCertificate({ from: Date.now() - day, until: Date.now() + year });
export const expired = platformCertificate({ from: Date.now() - year, until: Date.now() - day });
export const byCertificate: Pick<Signing, 'by' | 'serial'> = { by: certified, serial: serialOf(certificate) };
export const byExpired: Pick<Signing, 'by' | 'serial'> = { by: certified, serial: serialOf(expired) };

export interface WeChatGateway {
  readonly url: string;
  /** `POST /v3/…`, in order */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** @param now the service's time, ms since 1970 UTC */
export async function startWeChatGateway(now: () => Promise<number>): Promise<WeChatGateway> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request.resume();
    asked.push(`${method} ${url}`);
    void now().then((at) => {
      const [status, body] = answer(method, url);
      response.writeHead(status, signedHeaders(body, { ...byPublicKey, at })).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Nobody has paid, and whatever is asked for is done. */
function answer(method: string, url: string): [status: number, body: string] {
  const [, order] = /\/out-trade-no\/([a-z0-9_]+)\?/.exec(url) ?? [];
  const open = { appid: account.app_id, mchid: account.merchant_id, trade_type: 'NATIVE' };
  if (method === 'GET') return [200, JSON.stringify({ ...open, out_trade_no: order, trade_state: 'NOTPAY' })];
  return url.endsWith('/close') ? [204, ''] : [200, '{"code_url":"weixin://wxpay/bizpayurl?pr=qnu8GTpzz"}'];
}

/** While the merchant changes from certificates to the public key: all that can prove a callback does. */
export function weChatChannel(machine: Machine, { url }: WeChatGateway) {
  return {
    ...account,
    environment: 'local',
    gateway_url: url,
    public_key_platform: platform.publicPem,
    public_key_id_platform: publicKeyId,
    certificate_platform: certificate + expired,
    private_key_merchant: merchant.privatePem,
    api_v3_key: apiV3Key,
    callback_url_payment: `${machine.api}/payments/callbacks/wechat_pay`,
    is_active: true,
  };
}

export interface Posting {
  /** changes the headers of a genuine signature; undefined takes one away */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** how it is signed, where it is not by the public key and now */
  readonly signing?: Partial<Signing>;
  /** ms from now */
  readonly late?: number;
}

/** A text, signed and posted. */
export const posting =
  (text: string | ((at: number) => string), { headers = {}, signing, late = 0 }: Posting = {}) =>
  async (world: World): Promise<Sent> => {
    const at = await now(world);
    const body = typeof text === 'string' ? text : text(at);
    const signed: Headers = signedHeaders(body, { ...byPublicKey, at: at + late, ...signing });
    const all = Object.entries({ ...signed, ...headers }).filter((pair): pair is [string, string] => {
      return pair[1] !== undefined;
    });
    return {
      method: 'POST',
      path: '/payments/callbacks/wechat_pay',
      headers: [['content-type', 'application/json'], ...all],
      body,
    };
  };

let serial = 0;

/** A notice of 8.80 paid for `id` under a number of its own, said otherwise in some members. */
export const saying =
  (change: object = {}, id: string = anId(), envelope: Parameters<typeof notice>[1] = {}) =>
  (at: number): string => {
    const transaction_id = `42000000002026112${String(++serial).padStart(11, '0')}`;
    return JSON.stringify(notice({ ...paidOrder(id, 880, at), transaction_id, ...change }, envelope));
  };

/** Refused in WeChat Pay's words. */
export const refused = refusing('{"code":"FAIL","message":"refused"}');
