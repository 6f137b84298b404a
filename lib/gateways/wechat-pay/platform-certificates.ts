// Fetching WeChat Pay's platform certificates, which it changes every few years. The answer may be signed with a certificate
// that it brings: what opens with the APIv3 key is WeChat Pay's, and may prove the answer it came in.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012551764
import type { Json } from '../../domain/canonical-json.ts';
import type { PlatformKey, PlatformKeys } from '../../domain/platform-keys.ts';
import { KeyRefused } from '../crypto.ts';
import type { CallOptions, Outcome } from '../gateway.ts';
import { fromRfc3339 } from './beijing.ts';
import { readCertificates } from './certificates.ts';
import { exchange, proved, type Client } from './client.ts';
import { isNode, readNode } from './json.ts';
import { fetchedKeys } from './keys.ts';
import { open, readSealed } from './sealed.ts';
import { refusal } from './status.ts';

/**
 * All certificates that are in force or soon will be.
 * @param apiV3Key the 32 characters
 */
export async function fetchPlatformKeys(
  client: Client,
  apiV3Key: string,
  options: CallOptions,
): Promise<Outcome<PlatformKeys>> {
  const result = await exchange(client, { method: 'GET', path: '/v3/certificates' }, options);
  if (result.kind !== 'answer') return result;
  const brought = result.status === 200 ? readBrought(result.body, apiV3Key) : {};
  const ring = new Map([...client.ring, ...fetchedKeys(brought ?? {})]);
  const answer = proved(client, ring, result);
  if (answer.kind !== 'answered') return answer;
  if (answer.status !== 200) return refusal(answer);
  return brought ? { kind: 'ok', value: brought } : { kind: 'unknown', reason: 'unreadable' };
}

/** @returns undefined when one of them does not open, or is not what it is called: then none counts */
function readBrought(body: Uint8Array, apiV3Key: string): PlatformKeys | undefined {
  const list = readNode(body)?.['data'];
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const keys = (list as readonly Json[]).map((each) => readOne(each, apiV3Key));
  return keys.every((each) => each !== undefined) ? Object.fromEntries(keys) : undefined;
}

function readOne(value: Json, apiV3Key: string): readonly [serial: string, PlatformKey] | undefined {
  if (!isNode(value)) return undefined;
  const sealed = readSealed(value['encrypt_certificate']);
  const pem = sealed && open(sealed, apiV3Key);
  const [found, ...more] = pem ? certificatesIn(pem) : [];
  const { effective_time: effective, expire_time: expire } = value;
  const from = typeof effective === 'string' ? fromRfc3339(effective) : undefined;
  const until = typeof expire === 'string' ? fromRfc3339(expire) : undefined;
  if (!found || more.length > 0 || found.serial !== value['serial_no']) return undefined;
  if (from === undefined || until === undefined) return undefined;
  // While certificates change, WeChat Pay gives one up before its own end.
  const key: PlatformKey = {
    publicKey: found.key.export({ type: 'spki', format: 'pem' }).toString(),
    validFrom: new Date(Math.max(from, found.from)).toISOString(),
    validUntil: new Date(Math.min(until, found.until)).toISOString(),
  };
  return [found.serial, key];
}

function certificatesIn(pem: Buffer) {
  try {
    return readCertificates(pem.toString());
  } catch (error) {
    if (error instanceof KeyRefused) return [];
    throw error;
  }
}
