// A reader of PayPal's webhooks whose certificates come from where a test wants them, on a clock that is moved by hand.
import { expect } from '@jest/globals';
import type { Callback, NotificationReader } from '../../lib/gateways/gateway.ts';
import { payPal } from '../../lib/gateways/paypal/index.ts';
import { noon, setting } from '../contract/bench.ts';
import { account, certificateUrl, eventOf, leafOf, transmitted, worlds } from '../contract/paypal-side.ts';

const { authority, hand } = worlds.ours;
export const url = certificateUrl(worlds.ours);
/** What PayPal serves: the certificate that signs, and the one that issued it. */
export const good = leafOf(hand, authority) + authority.middlePem;
const body = JSON.stringify(eventOf('CUSTOMER.DISPUTE.CREATED', {}));

/** Genuine, and of no consequence. */
export function callbackOf(more: Parameters<typeof transmitted>[1] = {}): Callback {
  return { body: Buffer.from(body), headers: transmitted(body, more) };
}

export type Serve = (address: string, init?: RequestInit) => Response | Promise<Response>;

/** A house with a clock, that remembers whom its readers called. */
export function newHouse() {
  const house = {
    at: noon,
    asked: [] as string[],
    reader(serve: Serve, change: object = {}): NotificationReader {
      const fetch: typeof globalThis.fetch = (input, init) => {
        const address = String(input instanceof Request ? input.url : input);
        house.asked.push(address);
        return Promise.resolve(serve(address, init));
      };
      const config = { ...account, ...setting, root_certificate_platform: authority.rootPem, ...change };
      return payPal.reader(config, { now: () => house.at, fetch }, { secrets: {}, platformKeys: {} });
    },
    async isRead(reader: NotificationReader, callback = callbackOf()): Promise<boolean> {
      await reader.fetchProof?.(callback, { deadline: house.at + 5_000 });
      try {
        return reader.readNotification(callback).notification.kind === 'unrecognised';
      } catch (error) {
        expect(error).toMatchObject({ name: 'CallbackRefused', reason: 'not_authentic' });
        return false;
      }
    },
  };
  return house;
}
