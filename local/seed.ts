// Connects channel ALIPAY to the local gateway, through the same route that an operator uses.
import type { SignedFetch } from './signed-fetch.ts';

export interface AlipayAccount {
  readonly gatewayUrl: string;
  readonly merchantPrivateKeyPem: string;
  readonly platformPublicKeyPem: string;
  readonly account: { readonly appId: string; readonly sellerId: string };
}

/** @throws Error with what the service answered */
export async function seedAlipay(api: string, call: SignedFetch, alipay: AlipayAccount): Promise<void> {
  const response = await call(`${api}/channels/ALIPAY`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      environment: 'local',
      gateway_url: alipay.gatewayUrl,
      merchant_id: alipay.account.sellerId,
      app_id: alipay.account.appId,
      public_key_platform: alipay.platformPublicKeyPem,
      private_key_merchant: alipay.merchantPrivateKeyPem,
      callback_url_payment: `${api}/payments/callbacks/alipay`,
      is_active: true,
    }),
  });
  if (response.ok) return;
  throw new Error(
    `Channel ALIPAY could not be configured: PUT /channels/ALIPAY answered ${response.status} ${await response.text()}`,
  );
}
