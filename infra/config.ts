// Who may call, which channels exist, and what stands around the service: per stage, in one place that reviews can read.

export type Scope = 'pay' | 'refund' | 'read' | 'configure' | 'reconcile';

/** An internal application, or a role of people. */
export interface Caller {
  /** The code under which orders are kept. It never changes, whatever becomes of the role: order locks hang on it. */
  readonly application: string;
  /** IAM role ARNs without session names; several while a role is being renamed. */
  readonly roles: readonly string[];
  readonly scopes: readonly Scope[];
  /** sees every application's payments */
  readonly operator?: true;
  /** Exact origins, such as `https://shop.example.com`, to which payers' browsers may be sent back; none without it. */
  readonly returnOrigins?: readonly string[];
}

export interface Channel {
  readonly code: string;
  /** the name of the adapter, as in lib/gateways/registry.ts */
  readonly provider: string;
  /**
   * Names of KMS keys, such as `v1`, with which the merchant signs instead of a private key of its own. They are born in
   * KMS (RSA_2048, SIGN_VERIFY) and never leave it. Rotation: add a further name, deploy, give its public half to the
   * provider, and let PUT /channels name it.
   */
  readonly signingKeys?: readonly string[];
}

export interface Stage {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  readonly callers: readonly Caller[];
  readonly channels: readonly Channel[];
  /** Managed web firewall in front of the public API. */
  readonly firewall: boolean;
  /** Functions that call gateways stand in a VPC behind NAT: fixed addresses that providers can allow-list. */
  readonly stableEgress: boolean;
  /** requests per second */
  readonly throttle: {
    readonly internal: { readonly rate: number; readonly burst: number };
    readonly callbacks: { readonly rate: number; readonly burst: number };
  };
  /** where alarms go; empty = only the topic */
  readonly alarmEmails: readonly string[];
  /**
   * Into how many parts the index of what is due is cut: one that is written too fast slows the table's own writes. To
   * have more, read more first and write more in the next deployment; to have fewer, read fewer only when nothing lies in
   * the others any more.
   */
  readonly dueShards: { readonly written: number; readonly read: number };
}

const alipay: Channel = { code: 'ALIPAY', provider: 'alipay' };

const throttle = {
  internal: { rate: 500, burst: 200 },
  callbacks: { rate: 500, burst: 200 },
};

/** Where the shops of the local machine might stand. */
const localShops = ['https://shop.example', 'http://127.0.0.1:8080'];

const role = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** The stage that `npm start` synthesises. The machine has no other account than this one. */
const localAccount = '000000000000';

export const stages = {
  local: {
    name: 'local',
    account: localAccount,
    region: 'us-east-1',
    callers: [
      {
        application: 'local-app',
        roles: [role(localAccount, 'local-app')],
        scopes: ['pay', 'refund', 'read'],
        returnOrigins: localShops,
      },
      {
        application: 'other-app',
        roles: [role(localAccount, 'other-app')],
        scopes: ['pay', 'refund', 'read'],
        returnOrigins: localShops,
      },
      {
        application: 'operators',
        roles: [role(localAccount, 'operator')],
        scopes: ['pay', 'refund', 'read', 'configure', 'reconcile'],
        operator: true,
      },
      {
        application: 'finance',
        roles: [role(localAccount, 'finance')],
        scopes: ['read', 'reconcile'],
        operator: true,
      },
    ],
    channels: [
      alipay,
      { code: 'ALIPAY_CERT', provider: 'alipay', signingKeys: ['v1'] },
      { code: 'WECHAT_PAY', provider: 'wechat-pay' },
      { code: 'WECHAT_PAY_CERT', provider: 'wechat-pay', signingKeys: ['v1'] },
      { code: 'PAYPAL', provider: 'paypal' },
    ],
    firewall: true,
    stableEgress: true,
    throttle,
    alarmEmails: [],
    dueShards: { written: 2, read: 2 },
  },
  // An example to copy: docs/DEPLOY.md says what each line is for.
  sandbox: {
    name: 'sandbox',
    callers: [
      {
        application: 'shop',
        roles: [role('111122223333', 'shop-orders')],
        scopes: ['pay', 'refund', 'read'],
        returnOrigins: ['https://shop.example.com'],
      },
      {
        application: 'operators',
        roles: [role('111122223333', 'payment-operators')],
        scopes: ['read', 'refund', 'configure', 'reconcile'],
        operator: true,
      },
    ],
    channels: [alipay],
    firewall: true,
    stableEgress: false,
    throttle: { internal: { rate: 50, burst: 50 }, callbacks: { rate: 50, burst: 50 } },
    alarmEmails: [],
    dueShards: { written: 4, read: 4 },
  },
} as const satisfies Record<string, Stage>;

/** @throws Error naming the known stages */
export function stage(name: string): Stage {
  if (!Object.hasOwn(stages, name))
    throw new Error(`There is no stage "${name}". infra/config.ts knows: ${Object.keys(stages).join(', ')}.`);
  return stages[name as keyof typeof stages];
}
