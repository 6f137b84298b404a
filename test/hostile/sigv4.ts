// AWS Signature Version 4 by hand: hostile requests need what no client library would send.
import { createHash, createHmac } from 'node:crypto';

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Signable {
  readonly method: string;
  /** with the stage, as on the wire */
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly body: Buffer;
}

/** The headers that sign a request for `execute-api` in us-east-1. @param at ms since 1970 UTC */
export function sign(request: Signable, key: Key, at: number): [string, string][] {
  const date = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: [string, string][] = [
    ['host', request.host],
    ['x-amz-date', date],
    ...(key.sessionToken === undefined
      ? []
      : [['x-amz-security-token', key.sessionToken] as [string, string]]),
  ];
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    request.path.split('/').map(encode).join('/'),
    query(request.query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(request.body),
  ].join('\n');
  const scope = `${date.slice(0, 8)}/us-east-1/execute-api/aws4_request`;
  const secret = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${key.secretAccessKey}`));
  const signature = hmac(secret, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`);
  const credential = `Credential=${key.accessKeyId}/${scope}`;
  const value = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature.toString('hex')}`;
  return [...headers, ['authorization', value]];
}

function query(text: string): string {
  const pairs = [...new URLSearchParams(text)].map((pair) => pair.map(encode).join('='));
  return pairs.sort().join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
