// Alipay as one provider among others on this machine.
import { Refused } from '../http.ts';
import {
  leadsTo,
  type Connecting,
  type LocalProvider,
  type Means as AnyMeans,
  type Opening,
} from '../provider.ts';
import type { Account, AccountFacts } from './application.ts';
import { openAlipay, type Alipay, type Means } from './provider.ts';

const name = 'alipay';
const seller: Account = { appId: '2021004100000018', sellerId: '2088100200300402' };
const certifiedSeller: Account = { appId: '2021004100000026', sellerId: '2088100200300410' };

const cannotPlay = {
  wrong_currency: 'Alipay notifications carry no currency: there is nothing to falsify.',
  other_mode: 'Alipay notifications carry no mode: sandbox and production differ by key and app_id only.',
  signtest: 'Alipay sends no signature probes.',
};

export type LocalAlipay = LocalProvider &
  Omit<Alipay, keyof LocalProvider | 'accounts'> & {
    /** as they stand now: a key that is registered later shows here */
    readonly accounts: readonly AccountFacts[];
    readonly gatewayUrl: string;
  };

export async function openLocalAlipay({ ports, faults, origin }: Opening): Promise<LocalAlipay> {
  const alipay = await openAlipay([seller, certifiedSeller], ports, faults.of(name, cannotPlay));
  const gatewayUrl = () => `${origin()}/alipay/gateway.do`;
  return {
    ...alipay,
    ...asProvider(alipay, gatewayUrl),
    get accounts() {
      return alipay.accounts();
    },
    get gatewayUrl() {
      return gatewayUrl();
    },
  };
}

/** In certificate mode the certificate that is issued over the key is part of the configuration. */
function connect(alipay: Alipay, gatewayUrl: string, code: string, { publicKeyPem }: Connecting): object {
  const find = () => alipay.accounts().find(({ channelCode }) => channelCode === code);
  if (publicKeyPem !== undefined) alipay.registerKey(find()?.appId ?? '', publicKeyPem);
  const account = find();
  if (!account) throw new Error(`Alipay has no account for channel ${code}.`);
  return {
    gateway_url: gatewayUrl,
    merchant_id: account.sellerId,
    app_id: account.appId,
    ...proofOf(account),
    ...(publicKeyPem === undefined && { private_key_merchant: account.merchantPrivateKeyPem }),
  };
}

/** By what Alipay proves itself. */
function proofOf(account: AccountFacts): object {
  if (account.mode === 'public_key') return { public_key_platform: account.platformPublicKeyPem };
  return {
    app_certificate: account.appCertificatePem,
    certificate_platform: account.platformCertificatePem,
    root_certificate_platform: account.rootCertificatesPem,
  };
}

function asProvider(alipay: Alipay, gatewayUrl: () => string): LocalProvider {
  return {
    name,
    cannotPlay,
    channels: alipay.accounts().map(({ channelCode: code }) => ({
      code,
      connect: (how) => connect(alipay, gatewayUrl(), code, how),
    })),
    answer: ({ method, target, body }) => {
      const [path = '', query = ''] = split(target);
      switch (`${method} ${path}`) {
        case 'GET /alipay/gateway.do':
        case 'POST /alipay/gateway.do':
          return alipay.call(query, body);
        case 'GET /alipay/cashier':
          return Promise.resolve(alipay.cashier.show(new URLSearchParams(query).get('session') ?? ''));
        case 'POST /alipay/cashier':
          return Promise.resolve(alipay.cashier.submit(body));
        default:
          return Promise.resolve(undefined);
      }
    },
    owns(means, origin) {
      if (means.kind === 'redirect_url') return leadsTo(means.url, origin, '/alipay/');
      return read(means) !== undefined;
    },
    async pay(means, payer) {
      const own = read(means);
      if (!own) throw new Refused(422, 'prepay_info: Alipay cannot be paid by this. No money moved.');
      return alipay.pay(own, payer);
    },
    books: () => alipay.books(),
    refunds: alipay.refunds,
    callbacks: (transactionId) => alipay.callbacks(transactionId),
    resend: (transactionId) => alipay.resend(transactionId),
    idle: () => alipay.idle(),
    stop: () => {
      alipay.stop();
    },
  };
}

function read(means: AnyMeans): Means | undefined {
  switch (means.kind) {
    case 'redirect_url':
      return means;
    case 'qr_code':
      return means.qr_code.startsWith('https://') ? means : undefined;
    case 'app_parameters': {
      const { order_string } = means.parameters;
      return order_string === undefined
        ? undefined
        : { kind: 'app_parameters', parameters: { order_string } };
    }
    case 'jsapi_parameters':
    case 'client_secret':
      return undefined;
  }
}

/** @returns the path, and what stands behind the first question mark */
function split(target: string): readonly string[] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target] : [target.slice(0, mark), target.slice(mark + 1)];
}
