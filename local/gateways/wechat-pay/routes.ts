// Which address asks for what. The addresses stand under `/wechat-pay`, as the real ones under their host.
import type { Product } from './terms.ts';

export type Asked =
  | { readonly operation: 'prepay'; readonly product: Product }
  | {
      readonly operation: 'query';
      readonly by: { readonly outTradeNo: string } | { readonly transactionId: string };
      readonly mchid: string | null;
    }
  | { readonly operation: 'close'; readonly outTradeNo: string }
  | { readonly operation: 'refund' }
  | { readonly operation: 'refund_query'; readonly outRefundNo: string }
  | { readonly operation: 'certificates' };

/** Faults are planted for operations; the certificates are none. */
export function isOperation(
  operation: Asked['operation'],
): operation is Exclude<Asked['operation'], 'certificates'> {
  return operation !== 'certificates';
}

const transactions = '/wechat-pay/v3/pay/transactions';
const refunds = '/wechat-pay/v3/refund/domestic/refunds';

/** @param target the path with its query, as it came; undefined for an address that there is not */
export function routed(method: string, target: string): Asked | undefined {
  const { pathname, searchParams } = new URL(target, 'http://wechat-pay');
  if (method === 'GET' && pathname === '/wechat-pay/v3/certificates') return { operation: 'certificates' };
  if (pathname === refunds || pathname.startsWith(`${refunds}/`)) return routedRefund(method, pathname);
  if (!pathname.startsWith(`${transactions}/`)) return undefined;
  const parts = pathname
    .slice(transactions.length + 1)
    .split('/')
    .map(decoded);
  const [kind, number, action] = parts;
  if (method === 'POST') {
    if (parts.length === 1 && isProduct(kind)) return { operation: 'prepay', product: kind };
    const closes = parts.length === 3 && kind === 'out-trade-no' && number && action === 'close';
    return closes ? { operation: 'close', outTradeNo: number } : undefined;
  }
  if (method !== 'GET' || parts.length !== 2 || !number) return undefined;
  const mchid = searchParams.get('mchid');
  if (kind === 'out-trade-no') return { operation: 'query', by: { outTradeNo: number }, mchid };
  return kind === 'id' ? { operation: 'query', by: { transactionId: number }, mchid } : undefined;
}

function routedRefund(method: string, pathname: string): Asked | undefined {
  if (pathname === refunds) return method === 'POST' ? { operation: 'refund' } : undefined;
  const outRefundNo = decoded(pathname.slice(refunds.length + 1));
  const names = method === 'GET' && outRefundNo !== '' && !outRefundNo.includes('/');
  return names ? { operation: 'refund_query', outRefundNo } : undefined;
}

function isProduct(text: string | undefined): text is Product {
  return text === 'native' || text === 'jsapi' || text === 'h5' || text === 'app';
}

/** '' for a broken escape */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
