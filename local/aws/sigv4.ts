// Judges the signature of a request as API Gateway's IAM authorisation does (AWS Signature Version 4, header form).
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  /** as on the wire, still encoded, with the stage */
  readonly path: string;
  /** as on the wire, without the question mark */
  readonly query: string;
  /** every value of each header, names in lower case */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Judge<Key extends AccessKey> {
  readonly region: string;
  readonly service: string;
  /** ms since 1970 UTC, by the machine's own clock */
  readonly now: number;
  find(accessKeyId: string): Key | undefined;
}

/** `missing` = nothing to judge; `refused` says why in words. */
export type Verdict<Key> =
  | { readonly kind: 'genuine'; readonly key: Key }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly message: string };

/** ms either way */
const skew = 5 * 60_000;

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/\s,]+)\/(\d{8})\/([^/\s,]+)\/([^/\s,]+)\/aws4_request, ?SignedHeaders=([a-z0-9;_-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * The canonical path is the wire's path encoded once more (all services but S3 encode twice), the canonical query is
 * decoded and encoded anew, and the body's hash is always computed here, never believed.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function judge<Key extends AccessKey>(request: SignedRequest, by: Judge<Key>): Verdict<Key> {
  const authorization = request.headers['authorization'];
  if (!authorization) return { kind: 'missing' };
  const parts = authorization.length === 1 ? form.exec(authorization[0] ?? '') : null;
  if (!parts) return refused('The Authorization header is not an AWS Signature Version 4.');
  const [, accessKeyId = '', day = '', region = '', service = '', signedHeaders = '', signature = ''] = parts;
  if (region !== by.region || service !== by.service)
    return refused(`The signature is for ${service} in ${region}, not for ${by.service} in ${by.region}.`);
  const headersFault = judgeHeaders(request, signedHeaders.split(';'));
  if (headersFault) return refused(headersFault);
  const date = request.headers['x-amz-date']?.[0] ?? '';
  const dateFault = judgeDate(date, day, by.now);
  if (dateFault) return refused(dateFault);
  const key = by.find(accessKeyId);
  const token = request.headers['x-amz-security-token']?.[0];
  if (key?.sessionToken !== token || !key)
    return refused('The access key or its session token is not known.');
  const canonical = canonicalRequest(request, signedHeaders);
  if (canonical === undefined) return refused('The query holds a percent sign that encodes nothing.');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const expected = hmac(
    signingKey(key.secretAccessKey, day, region, service),
    `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`,
  );
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'))
    ? { kind: 'genuine', key }
    : refused('The signature does not match the request: check the secret key and the signing method.');
}

const refused = (message: string): { kind: 'refused'; message: string } => ({ kind: 'refused', message });

function judgeHeaders(request: SignedRequest, signed: readonly string[]): string | undefined {
  if ([...signed].sort().join() !== signed.join() || new Set(signed).size !== signed.length)
    return 'SignedHeaders must be sorted and without repetition.';
  const must = [
    'host',
    'x-amz-date',
    ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-')),
  ];
  const unsigned = must.find((name) => !signed.includes(name));
  if (unsigned) return `The header ${unsigned} must be signed.`;
  const absent = signed.find((name) => !request.headers[name]);
  if (absent) return `The signed header ${absent} is absent.`;
  const claimed = request.headers['x-amz-content-sha256']?.[0];
  if (claimed !== undefined && claimed !== sha256(request.body))
    return 'x-amz-content-sha256 is not the hash of the body.';
  return undefined;
}

function judgeDate(date: string, day: string, now: number): string | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
  const at = Date.parse(parts.test(date) ? date.replace(parts, '$1-$2-$3T$4:$5:$6Z') : '');
  if (Number.isNaN(at)) return 'X-Amz-Date must look like 20260131T235959Z.';
  if (!date.startsWith(day)) return 'X-Amz-Date and the day of the credential differ.';
  if (Math.abs(now - at) > skew)
    return `Signature expired: signed at ${date}, which is more than 5 minutes from the time here (${new Date(now).toISOString()}).`;
  return undefined;
}

function canonicalRequest(request: SignedRequest, signedHeaders: string): string | undefined {
  const query = canonicalQuery(request.query);
  if (query === undefined) return undefined;
  const headers = signedHeaders
    .split(';')
    .map(
      (name) =>
        `${name}:${(request.headers[name] ?? []).map((v) => v.trim().replace(/ +/g, ' ')).join(',')}\n`,
    );
  return [
    request.method,
    request.path.split('/').map(encode).join('/'),
    query,
    headers.join(''),
    signedHeaders,
    sha256(request.body),
  ].join('\n');
}

function canonicalQuery(query: string): string | undefined {
  if (query === '') return '';
  try {
    const pairs = query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair): [string, string] => {
        const equals = pair.indexOf('=');
        const decode = (part: string): string => encode(decodeURIComponent(part.replaceAll('+', ' ')));
        return equals < 0
          ? [decode(pair), '']
          : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
      });
    const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    return pairs
      .sort((a, b) => before(a[0], b[0]) || before(a[1], b[1]))
      .map((pair) => pair.join('='))
      .join('&');
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** RFC 3986: everything but A–Z a–z 0–9 - . _ ~ is encoded. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function signingKey(secret: string, day: string, region: string, service: string): Buffer {
  return [day, region, service, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  );
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
