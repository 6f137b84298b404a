// Alipay as one provider among others on this machine.
import { Refused } from '../http.ts';
import { leadsTo, type LocalProvider, type Means as AnyMeans } from '../provider.ts';
import type { Alipay, Means } from './provider.ts';

export function asProvider(alipay: Alipay): LocalProvider {
  return {
    name: 'alipay',
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
      return undefined;
  }
}

/** @returns the path, and what stands behind the first question mark */
function split(target: string): readonly string[] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target] : [target.slice(0, mark), target.slice(mark + 1)];
}
