// Keys and signatures that Node would let pass.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  fingerprint,
  isSignature,
  KeyRefused,
  pemSigner,
  readPrivateKey,
  readPublicKey,
  verifyRsaSha256,
} from '../../lib/gateways/crypto.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const long = generateKeyPairSync('rsa', { modulusLength: 3072 });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const odd = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const pem = (key: KeyObject, type: 'spki' | 'pkcs8' | 'pkcs1') =>
  key.export({ format: 'pem', type } as never) as unknown as string;
const bare = (key: KeyObject, type: 'spki' | 'pkcs8' | 'pkcs1') =>
  pem(key, type).replaceAll(/-----.*-----|\n/g, '');

const spki = pem(rsa.publicKey, 'spki');
const pkcs8 = pem(rsa.privateKey, 'pkcs8');

describe('public keys', () => {
  test.each([
    ['PEM', spki],
    ['PEM with CRLF and space around', `\r\n ${spki.replaceAll('\n', '\r\n')}\n`],
    ['PKCS#1 PEM', pem(rsa.publicKey, 'pkcs1')],
    ['bare base64', bare(rsa.publicKey, 'spki')],
    ['bare base64 of PKCS#1', bare(rsa.publicKey, 'pkcs1')],
  ])('%s is read', (_, text) => {
    expect(readPublicKey(text).equals(rsa.publicKey)).toBe(true);
  });

  test.each([
    ['nothing', '', /empty/],
    ['space', ' \n', /empty/],
    ['a byte order mark', `\ufeff${spki}`, /byte order mark/],
    ['a private key', pkcs8, /this is a private key/],
    ['a private key, PKCS#1', pem(rsa.privateKey, 'pkcs1'), /this is a private key/],
    ['a bare private key', bare(rsa.privateKey, 'pkcs8'), /this is a private key/],
    ['a bare private key, PKCS#1', bare(rsa.privateKey, 'pkcs1'), /this is a private key/],
    ['a private key under a public name', pkcs8.replaceAll('PRIVATE', 'PUBLIC'), /this is a private key/],
    [
      'a private key under the name of PKCS#1',
      pem(rsa.privateKey, 'pkcs1').replaceAll('PRIVATE', 'PUBLIC'),
      /this is a private key/,
    ],
    ['1024 bits', pem(short.publicKey, 'spki'), /1024 bits/],
    ['exponent 3', pem(odd.publicKey, 'spki'), /exponent/],
    ['RSA-PSS', pem(pss.publicKey, 'spki'), /not an RSA key/],
    ['a curve', pem(ec.publicKey, 'spki'), /not an RSA key/],
    ['a certificate', spki.replaceAll('PUBLIC KEY', 'CERTIFICATE'), /certificate/],
    ['two keys', spki + spki, /one complete block/],
    ['half a key', spki.slice(0, 200), /one complete block/],
    ['a key with junk', bare(rsa.publicKey, 'spki').replace('A', '_'), /neither PEM nor base64/],
    ['base64 of something else', Buffer.from('hello').toString('base64'), /not an RSA public key/],
  ])('%s is refused', (_, text, why) => {
    expect(() => readPublicKey(text)).toThrow(KeyRefused);
    expect(() => readPublicKey(text)).toThrow(why);
  });
});

describe('private keys', () => {
  test.each([
    ['PKCS#8', pkcs8],
    ['PKCS#1', pem(rsa.privateKey, 'pkcs1')],
    ['bare PKCS#8', bare(rsa.privateKey, 'pkcs8')],
    ['bare PKCS#1', bare(rsa.privateKey, 'pkcs1')],
  ])('%s is read', (_, text) => {
    expect(readPrivateKey(text).equals(rsa.privateKey)).toBe(true);
  });

  const locked = rsa.privateKey.export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });

  test.each([
    ['a public key', spki, /this is a public key/],
    ['a bare public key', bare(rsa.publicKey, 'spki'), /this is a public key/],
    ['an encrypted key', locked as string, /encrypted/],
    ['1024 bits', pem(short.privateKey, 'pkcs8'), /1024 bits/],
    ['exponent 3', pem(odd.privateKey, 'pkcs8'), /exponent/],
    ['a curve', pem(ec.privateKey, 'pkcs8'), /not an RSA key/],
  ])('%s is refused, and not repeated', (_, text, why) => {
    expect(() => readPrivateKey(text)).toThrow(why);
    expect(messageOf(() => readPrivateKey(text))).not.toContain(text.slice(40, 60));
  });
});

function messageOf(read: () => unknown): string {
  try {
    return String(read());
  } catch (error) {
    return inspect(error);
  }
}

describe('signatures', () => {
  const bytes = Buffer.from('a=1&b=2');
  const of = (key: KeyObject) => sign('sha256', bytes, key).toString('base64');
  const signature = of(rsa.privateKey);

  test('a signer signs as its key does', async () => {
    const signer = pemSigner('v1', pkcs8);
    expect(signer.keyId).toBe('v1');
    expect((await signer.sign(bytes)).toString('base64')).toBe(signature);
  });

  test.each([
    ['2048', rsa],
    ['3072', long],
  ])('%s bits prove', (_, pair) => {
    expect(verifyRsaSha256(pair.publicKey, bytes, of(pair.privateKey))).toBe(true);
    expect(verifyRsaSha256(pair.publicKey, Buffer.from('a=1&b=3'), of(pair.privateKey))).toBe(false);
  });

  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = alphabet.indexOf(signature.at(-3) ?? '');

  test.each([
    ['empty', ''],
    ['without padding', signature.slice(0, -2)],
    ['with a line break', `${signature.slice(0, 76)}\n${signature.slice(76)}`],
    ['with junk', `${signature.slice(0, -3)}!==`],
    ['of the url alphabet', `${signature.slice(0, 10)}-${signature.slice(11)}`],
    ['with bits beyond the end', `${signature.slice(0, -3)}${alphabet[last + 1] ?? ''}==`],
    ['twice', `${signature},${signature}`],
    ['of another size', of(long.privateKey)],
  ])('%s is not of the form', (_, text) => {
    expect(isSignature(rsa.publicKey, text)).toBe(false);
    expect(verifyRsaSha256(rsa.publicKey, bytes, text)).toBe(false);
  });
});

test('a fingerprint is short and stable', () => {
  expect(fingerprint('abc')).toBe('sha256:ba7816bf8f01cfea');
});
