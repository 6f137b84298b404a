// A merchant's application at Alipay: its numbers, its keys on both sides, and in certificate mode their certificates.
import { createPublicKey } from 'node:crypto';
import { Refused } from '../http.ts';
import type { Authority, Certificate } from './certificates.ts';
import type { Merchant } from './request.ts';
import { newPair, type KeyPair } from './rsa2.ts';

export interface Account {
  readonly appId: string;
  /** PID, 2088… */
  readonly sellerId: string;
}

export type ChannelCode = 'ALIPAY' | 'ALIPAY_CERT';

/** What the merchant's side needs to know of its application. PEM throughout. */
export type AccountFacts = Account & {
  /** the channel of the service that is meant for it */
  readonly channelCode: ChannelCode;
  /** belongs to the key that is registered at the start; a key that is registered later stays where it was born */
  readonly merchantPrivateKeyPem: string;
} & (
    | { readonly mode: 'public_key'; readonly platformPublicKeyPem: string }
    | {
        readonly mode: 'certificate';
        /** over the key that is registered now */
        readonly appCertificatePem: string;
        readonly platformCertificatePem: string;
        /** a bundle, as Alipay gives it out: not every certificate in it is RSA */
        readonly rootCertificatesPem: string;
      }
  );

/** What proves a word of Alipay: the key it is signed with and, in certificate mode, which certificate to check it by. */
export interface Signers {
  readonly platform: KeyPair;
  readonly stranger: KeyPair;
  readonly certificateSerial: string | undefined;
}

interface Certificates {
  readonly authority: Authority;
  readonly platform: Certificate;
  app: Certificate;
}

export class Application implements Merchant {
  readonly account: Account;
  readonly channelCode: ChannelCode;
  readonly merchantPrivatePem: string;
  readonly signers: Signers;
  readonly #certificates: Certificates | undefined;
  #publicPem: string;

  private constructor(
    account: Account,
    channelCode: ChannelCode,
    merchant: KeyPair,
    keys: Omit<Signers, 'certificateSerial'>,
    authority?: Authority,
  ) {
    this.account = account;
    this.channelCode = channelCode;
    this.merchantPrivatePem = merchant.privatePem;
    this.#publicPem = merchant.publicPem;
    this.#certificates = authority && {
      authority,
      platform: authority.issue(`支付宝(中国)网络技术有限公司-${account.sellerId}`, keys.platform.publicPem),
      app: authority.issue(account.appId, merchant.publicPem),
    };
    this.signers = { ...keys, certificateSerial: this.#certificates?.platform.serial };
  }

  /** @param authority puts the application in certificate mode */
  static async open(
    account: Account,
    channelCode: ChannelCode,
    stranger: KeyPair,
    authority?: Authority,
  ): Promise<Application> {
    const [merchant, platform] = await Promise.all([newPair(), newPair()]);
    return new Application(account, channelCode, merchant, { platform, stranger }, authority);
  }

  get merchantPublicPem(): string {
    return this.#publicPem;
  }

  get serials(): Merchant['serials'] {
    const held = this.#certificates;
    return held && { app: held.app.serial, root: held.authority.rootSerial };
  }

  /**
   * The merchant uploads another key at the console; what the key before it signs is refused from here on.
   * @param publicPem SubjectPublicKeyInfo
   * @returns the new application certificate (PEM) in certificate mode
   * @throws Refused (422) for what is not an RSA key of 2048 bits, the only size that Alipay takes
   */
  register(publicPem: string): string | undefined {
    const spki = rsa2048(publicPem);
    this.#publicPem = spki;
    if (!this.#certificates) return undefined;
    this.#certificates.app = this.#certificates.authority.issue(this.account.appId, spki);
    return this.#certificates.app.pem;
  }

  facts(): AccountFacts {
    const { channelCode, merchantPrivatePem: merchantPrivateKeyPem } = this;
    const common = { ...this.account, channelCode, merchantPrivateKeyPem };
    const held = this.#certificates;
    if (!held) {
      return { ...common, mode: 'public_key', platformPublicKeyPem: this.signers.platform.publicPem };
    }
    return {
      ...{ ...common, mode: 'certificate' },
      appCertificatePem: held.app.pem,
      platformCertificatePem: held.platform.pem,
      rootCertificatesPem: held.authority.rootsPem,
    };
  }
}

function rsa2048(pem: string): string {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === 2048)
      return key.export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    // Not a key at all is refused in the same words.
  }
  throw new Refused(422, 'Alipay takes an RSA public key of 2048 bits in PEM. Nothing was registered.');
}
