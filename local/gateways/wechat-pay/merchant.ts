// A merchant at WeChat Pay: its numbers, its certified keys, its API v3 key, and what WeChat Pay proves itself to it by.
import { randomBytes, randomInt } from 'node:crypto';
import type { Ports } from '../ports.ts';
import type { Authority, Certificate } from './authority.ts';
import { beijingDigits } from './beijing.ts';
import { newPair, rsa2048, type KeyPair } from './rsa.ts';

export interface Account {
  readonly mchid: string;
  readonly appid: string;
}

export type ChannelCode = 'WECHAT_PAY' | 'WECHAT_PAY_CERT';

/** What the merchant's side needs to know. PEM throughout. */
export interface AccountFacts extends Account {
  /** the channel of the service that is meant for it */
  readonly channelCode: ChannelCode;
  /** 32 ASCII characters */
  readonly apiV3Key: string;
  /** belongs to the key of the start; a key that is registered later stays where it was born */
  readonly merchantPrivateKeyPem: string;
  /** of the key that was registered last */
  readonly merchantCertificateSerial: string;
  readonly mode: 'public_key' | 'certificate';
  /** `PUB_KEY_ID_…` */
  readonly publicKeyId: string;
  readonly platformPublicKeyPem: string;
  /** in certificate mode alone: those that are valid now, one after another */
  readonly platformCertificatesPem?: string;
}

/** One of the keys that WeChat Pay signs with, under the name that goes into `Wechatpay-Serial`. */
export interface Signer {
  readonly serial: string;
  readonly privatePem: string;
}

interface PlatformCertificate extends Certificate {
  readonly pair: KeyPair;
}

interface Registered {
  readonly serial: string;
  readonly publicPem: string;
  /** ms since 1970 UTC */
  until: number;
}

/** ms that a certificate is still taken after the merchant has another one */
const overlap = 24 * 3_600_000;

interface Opening {
  readonly authority: Authority;
  readonly clock: Pick<Ports, 'now'>;
}

export class Merchant {
  readonly account: Account;
  readonly channelCode: ChannelCode;
  /** where it is told of what it does at its console */
  callbackUrl: string | undefined;
  readonly apiV3Key = randomBytes(16).toString('hex');
  readonly publicKey: Signer;
  readonly #mode: AccountFacts['mode'];
  readonly #opening: Opening;
  readonly #own: KeyPair;
  readonly #publicKeyPem: string;
  readonly #registered: Registered[] = [];
  /** the one that signs comes first */
  #certificates: readonly PlatformCertificate[];

  private constructor(
    account: Account,
    channelCode: ChannelCode,
    opening: Opening,
    keys: { readonly own: KeyPair; readonly platform: KeyPair; readonly certified: readonly KeyPair[] },
  ) {
    this.account = account;
    this.channelCode = channelCode;
    this.#opening = opening;
    this.#own = keys.own;
    this.#publicKeyPem = keys.platform.publicPem;
    const day = beijingDigits(opening.clock.now()).slice(0, 8);
    const serial = `PUB_KEY_ID_0116${account.mchid}${day}00${String(randomInt(10 ** 6)).padStart(6, '0')}`;
    this.publicKey = { serial, privatePem: keys.platform.privatePem };
    this.#mode = keys.certified.length > 0 ? 'certificate' : 'public_key';
    this.#certificates = keys.certified.map((pair) => this.#certify(pair));
    this.register(keys.own.publicPem);
  }

  /** @param mode `certificate`: one in the middle of the switch, with two certificates and the public key besides */
  static async open(
    account: Account,
    channelCode: ChannelCode,
    mode: AccountFacts['mode'],
    opening: Opening,
  ): Promise<Merchant> {
    const certified = mode === 'certificate' ? [newPair(), newPair()] : [];
    const [own, platform] = await Promise.all([newPair(), newPair()]);
    return new Merchant(account, channelCode, opening, {
      ...{ own, platform },
      certified: await Promise.all(certified),
    });
  }

  /** With which key to sign. @param named a `Wechatpay-Serial`; undefined for one that is not among ours */
  signer(named?: string): Signer | undefined {
    const certified = this.#certificates.map(({ serial, pair: { privatePem } }) => ({ serial, privatePem }));
    const signers = [...certified, this.publicKey];
    return named === undefined ? signers[0] : signers.find(({ serial }) => serial === named);
  }

  /** Platform certificates that are valid now. */
  get certificates(): readonly Certificate[] {
    return this.#certificates;
  }

  /** The next certificate signs from here on; the one before it is withdrawn, and another is issued. @returns its serial */
  async rotate(): Promise<string> {
    const next = this.#certify(await newPair());
    this.#certificates = [...this.#certificates.slice(1), next];
    return this.#certificates[0]?.serial ?? next.serial;
  }

  /**
   * Certifies another key of the merchant. The one before it stays valid for a day, so that nothing has to stop.
   * @returns the serial of the new certificate
   * @throws Refused (422) for what is not an RSA key of 2048 bits
   */
  register(publicPem: string): string {
    const spki = rsa2048(publicPem);
    const { authority, clock } = this.#opening;
    const { serial, until } = authority.issue(this.account.mchid, spki);
    const before = this.#registered.at(-1);
    if (before) before.until = clock.now() + overlap;
    this.#registered.push({ serial, publicPem: spki, until });
    return serial;
  }

  /** The merchant's key of that certificate, if it is valid now. */
  keyOf(serial: string): string | undefined {
    return this.#valid().find((each) => each.serial === serial)?.publicPem;
  }

  /** All keys of the merchant that are valid now. */
  keys(): readonly string[] {
    return this.#valid().map(({ publicPem }) => publicPem);
  }

  facts(): AccountFacts {
    const { channelCode, apiV3Key } = this;
    return {
      ...{ ...this.account, channelCode, apiV3Key, mode: this.#mode },
      merchantPrivateKeyPem: this.#own.privatePem,
      merchantCertificateSerial: this.#registered.at(-1)?.serial ?? '',
      publicKeyId: this.publicKey.serial,
      platformPublicKeyPem: this.#publicKeyPem,
      ...(this.#mode === 'certificate'
        ? { platformCertificatesPem: this.#certificates.map(({ pem }) => pem).join('') }
        : {}),
    };
  }

  #certify(pair: KeyPair): PlatformCertificate {
    return { ...this.#opening.authority.issue('Tenpay.com sign', pair.publicPem), pair };
  }

  #valid(): readonly Registered[] {
    return this.#registered.filter(({ until }) => until > this.#opening.clock.now());
  }
}
