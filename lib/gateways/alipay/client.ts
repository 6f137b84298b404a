// One signed call to Alipay's gateway, and the proof of its answer. What the answer means is decided elsewhere.
// @see https://opendocs.alipay.com/common/02kf5q
import type { TransactionId } from '../../domain/ids.ts';
import type { CallOptions, GatewayPorts, Outcome, Signer } from '../gateway.ts';
import { send } from '../http.ts';
import { toBeijing } from './beijing.ts';
import type { AlipayConfig } from './config.ts';
import type { PlatformKey } from './keys.ts';
import { contentToSign, provedNode, type Node } from './signature.ts';
import type { Result } from './status.ts';

export interface Client {
  readonly config: AlipayConfig;
  readonly endpoint: string;
  readonly platform: PlatformKey;
  /** what names the certificates in every request; empty in public-key mode */
  readonly certificates: Readonly<Record<string, string>>;
  readonly signer: Signer;
  readonly ports: GatewayPorts;
}

export interface Call {
  /** e.g. `alipay.trade.query` */
  readonly method: string;
  readonly business: { readonly out_trade_no: TransactionId } & Readonly<Record<string, unknown>>;
  /** a success may leave the order's number out, and says nothing then */
  readonly maySayNothing?: true;
  readonly notifyUrl?: string;
  /** where Alipay sends the payer's browser afterwards */
  readonly returnUrl?: string;
}

export type Answer = Answered | NotSigned | Extract<Outcome<never>, { kind: 'unknown' }>;

type Answered = { readonly kind: 'answered'; readonly node: Node } & Result;

/** Without a signature nothing leaves the house. */
type NotSigned = Extract<Outcome<never>, { kind: 'retry_later' }>;

/** Only an answer that Alipay signed, over this order, is `answered`. */
export async function call(client: Client, what: Call, options: CallOptions): Promise<Answer> {
  const signed = await signedParameters(client, what);
  if (signed.kind !== 'signed') return signed;
  const { biz_content: business = '', ...system } = signed.parameters;
  const url = new URL(client.endpoint);
  // The gateway must know the charset before it reads the body: system parameters go before it, in the address.
  url.search = new URLSearchParams(system).toString();
  const result = await send(
    client.ports,
    {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      body: new URLSearchParams({ biz_content: business }).toString(),
    },
    options,
  );
  if (result.kind === 'failed') return { kind: 'unknown', reason: result.reason, cause: result.cause };
  if (result.status !== 200)
    return { kind: 'unknown', reason: 'http_status', cause: `HTTP ${result.status}` };
  const proved = provedNode(result.body, what.method, client.platform, client.ports.now());
  return proved.kind === 'proved' ? answered(proved.node, what) : proved;
}

type Signed = { readonly kind: 'signed'; readonly parameters: Readonly<Record<string, string>> };

/** All parameters of a request, the signature among them. A signer that fails, fails before anything is sent. */
export async function signedParameters(
  { config, certificates, signer, ports }: Pick<Client, 'config' | 'certificates' | 'signer' | 'ports'>,
  { method, business, notifyUrl, returnUrl }: Call,
): Promise<Signed | NotSigned> {
  const parameters = {
    app_id: config.app_id,
    method,
    format: 'JSON',
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: toBeijing(ports.now()),
    version: '1.0',
    ...certificates,
    ...(notifyUrl !== undefined && { notify_url: notifyUrl }),
    ...(returnUrl !== undefined && { return_url: returnUrl }),
    biz_content: JSON.stringify(business),
  };
  const content = contentToSign(Object.entries(parameters), ['sign']);
  try {
    const signature = await signer.sign(Buffer.from(content));
    return { kind: 'signed', parameters: { ...parameters, sign: signature.toString('base64') } };
  } catch (cause) {
    const message = 'The signing key could not be used. Nothing was sent.';
    return { kind: 'retry_later', channelCode: 'signer', message, cause };
  }
}

/** As it stands in an address. `%20` for a space: both kinds of decoders read it. */
export function queryText(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString().replaceAll('+', '%20');
}

export function isSuccess({ code, subCode }: Answered): boolean {
  return code === '10000' && subCode === '';
}

function answered(node: Node, { business, maySayNothing }: Call): Answer {
  const { code, sub_code: subCode = '', sub_msg: message = '', out_trade_no: told } = node;
  if (typeof code !== 'string' || typeof subCode !== 'string')
    return { kind: 'unknown', reason: 'unreadable' };
  // A refusal may leave the number out; a success must name it.
  if (told === undefined ? code === '10000' && !maySayNothing : told !== business.out_trade_no)
    return { kind: 'unknown', reason: 'other_order' };
  return {
    kind: 'answered',
    node,
    code,
    subCode,
    message: typeof message === 'string' ? message.slice(0, 256) : '',
  };
}
