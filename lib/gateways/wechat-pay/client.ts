// One signed call to WeChat Pay, and the proof of its answer. What the answer means is decided elsewhere.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012365336
import type { TransactionId } from '../../domain/ids.ts';
import type { CallOptions, GatewayPorts, Outcome, Signer } from '../gateway.ts';
import { send, type HttpResult } from '../http.ts';
import type { WeChatPayConfig } from './config.ts';
import { readNode, type Node } from './json.ts';
import type { KeyRing } from './keys.ts';
import { lines, prove, scheme, type HeaderValues } from './signature.ts';
import type { Result } from './status.ts';

export interface Client {
  readonly config: WeChatPayConfig;
  readonly endpoint: string;
  readonly ring: KeyRing;
  readonly signer: Signer;
  readonly ports: GatewayPorts;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  /** with its query, percent-encoded: it is signed as it is sent */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export type Answer = Answered | NotSigned | Unknown;

export type Answered = { readonly kind: 'answered'; readonly node: Node } & Result;

/** Without a signature nothing leaves the house. */
type NotSigned = Extract<Outcome<never>, { kind: 'retry_later' }>;
type Unknown = Extract<Outcome<never>, { kind: 'unknown' }>;

export type HttpAnswer = Extract<HttpResult, { kind: 'answer' }>;

/** Only an answer that WeChat Pay signed is `answered`; one that names an order must name this one. */
export async function call(
  client: Client,
  what: Call,
  order: TransactionId,
  options: CallOptions,
): Promise<Answer> {
  const result = await exchange(client, what, options);
  if (result.kind !== 'answer') return result;
  const answer = proved(client, client.ring, result);
  if (answer.kind !== 'answered') return answer;
  const { out_trade_no: told = order } = answer.node;
  return told === order ? answer : { kind: 'unknown', reason: 'other_order' };
}

/** Sends, and proves nothing yet. */
export async function exchange(
  client: Client,
  { method, path, body }: Call,
  options: CallOptions,
): Promise<HttpAnswer | NotSigned | Unknown> {
  const url = new URL(`${client.endpoint.replace(/\/$/, '')}${path}`);
  const text = body === undefined ? '' : JSON.stringify(body);
  const timestamp = seconds(client);
  const nonce = newNonce(client);
  const signed = lines(method, `${url.pathname}${url.search}`, timestamp, nonce, text);
  const signature = await sign(client, signed);
  if (typeof signature !== 'string') return signature;
  const { merchant_id, merchant_certificate_serial, public_key_id_platform } = client.config;
  const result = await send(
    client.ports,
    {
      method,
      url,
      headers: {
        accept: 'application/json',
        'user-agent': 'payment-service',
        authorization: `${scheme} mchid="${merchant_id}",nonce_str="${nonce}",timestamp="${timestamp}",serial_no="${merchant_certificate_serial}",signature="${signature}"`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        // Asks for an answer that is signed with this key.
        ...(public_key_id_platform !== undefined && { 'wechatpay-serial': public_key_id_platform }),
      },
      ...(body !== undefined && { body: text }),
    },
    options,
  );
  return result.kind === 'failed' ? { kind: 'unknown', reason: result.reason, cause: result.cause } : result;
}

/** Refusals are signed like any other answer; what comes from a proxy on the way, or breaks down, is not. */
export function proved(
  { ports }: Pick<Client, 'ports'>,
  ring: KeyRing,
  { status, headers, body }: HttpAnswer,
): Answered | Unknown {
  const proof = prove(valuesOf(headers), body, ring, ports.now());
  if (proof.kind === 'refused')
    return status < 300 || (status >= 400 && status < 500)
      ? { kind: 'unknown', reason: 'bad_signature', cause: proof.detail }
      : { kind: 'unknown', reason: 'http_status', cause: `HTTP ${status}` };
  const node = body.length === 0 ? {} : readNode(body);
  if (!node) return { kind: 'unknown', reason: 'unreadable' };
  const { code = '', message = '' } = node;
  if (typeof code !== 'string' || !/^[A-Za-z0-9_]{0,64}$/.test(code))
    return { kind: 'unknown', reason: 'unreadable' };
  return {
    kind: 'answered',
    node,
    status,
    code,
    message: typeof message === 'string' ? message.slice(0, 256) : '',
  };
}

/** @returns base64, or that nothing can be signed now */
export async function sign({ signer }: Pick<Client, 'signer'>, text: string): Promise<string | NotSigned> {
  try {
    return (await signer.sign(Buffer.from(text))).toString('base64');
  } catch (cause) {
    const message = 'The signing key could not be used. Nobody can pay by this call: it may be made again.';
    return { kind: 'retry_later', channelCode: 'signer', message, cause };
  }
}

/** Whole ones since 1970 UTC, as text. */
export function seconds({ ports }: Pick<Client, 'ports'>): string {
  return String(Math.floor(ports.now() / 1000));
}

/** 32 characters that nobody can foresee. */
export function newNonce({ ports }: Pick<Client, 'ports'>): string {
  return Buffer.from(ports.randomBytes(16)).toString('hex');
}

/** `Headers` joins what stands twice by a comma, which no form allows. */
function valuesOf(headers: Headers): HeaderValues {
  return Object.fromEntries([...headers].map(([name, value]) => [name, [value]]));
}
