// Row 94: keys and settings that must never become a channel. What is sent is not said back.
import { generateKeyPairSync } from 'node:crypto';
import { merchant, platform } from '../../contract/alipay-side.ts';
import { json, type Row } from '../row.ts';
import { channel } from '../alipay-gateway.ts';
import type { Answer, World } from '../world.ts';

const pair = (type: 'rsa' | 'ec', options: object) =>
  generateKeyPairSync(type as 'rsa', {
    modulusLength: 2048,
    ...options,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const small = pair('rsa', { modulusLength: 1024 });
const curve = pair('ec', { namedCurve: 'P-256' });
const odd = pair('rsa', { publicExponent: 3 });
const certificate = platform.publicPem.replaceAll('PUBLIC KEY', 'CERTIFICATE');

function put(what: string, change: Record<string, unknown>, code: string, status = 422): Row {
  const [param = ''] = Object.keys(change);
  return {
    row: 94,
    what,
    send: (world) => ({
      method: 'PUT',
      path: '/channels/ALIPAY',
      headers: [json],
      body: JSON.stringify({ ...channel(world.machine, world.alipay), ...change }),
      as: 'operator',
    }),
    status,
    code,
    param,
    and: saysNoKey(Object.values(change).join()),
  };
}

/** No line of the key stands in the answer, nor in any line that was logged. */
const saysNoKey = (sent: string) => (answer: Answer, world: World) => {
  const [line = ''] = sent.split('\n').filter((each) => each.length > 40);
  const said = answer.text + JSON.stringify(world.lines);
  if (line !== '' && said.includes(line.slice(0, 40))) throw new Error('a key was said back');
};

export const channelRows: readonly Row[] = [
  put('no public key', { public_key_platform: undefined }, 'INVALID_REQUEST', 400),
  put('an empty public key', { public_key_platform: '' }, 'KEY_INVALID'),
  put('a private key as the public one', { public_key_platform: merchant.privatePem }, 'KEY_INVALID'),
  put('a public key as the private one', { private_key_merchant: platform.publicPem }, 'KEY_INVALID'),
  put('a public key of 1024 bits', { public_key_platform: small.publicKey }, 'KEY_INVALID'),
  put('a private key of 1024 bits', { private_key_merchant: small.privateKey }, 'KEY_INVALID'),
  put('a key on a curve', { public_key_platform: curve.publicKey }, 'KEY_INVALID'),
  put('a key with exponent 3', { public_key_platform: odd.publicKey }, 'KEY_INVALID'),
  put('a certificate', { public_key_platform: certificate }, 'KEY_INVALID'),
  put(
    'a key behind a byte order mark',
    { public_key_platform: `\ufeff${platform.publicPem}` },
    'KEY_INVALID',
  ),
  put('half a key', { private_key_merchant: merchant.privatePem.slice(0, 800) }, 'KEY_INVALID'),
  put('another merchant id', { merchant_id: '1' }, 'INVALID_REQUEST', 400),
  put('an unknown setting', { secret_key: merchant.privatePem }, 'UNKNOWN_FIELD', 400),
];
