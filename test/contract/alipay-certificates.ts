// Certificates for both sides, made for this run: a root, an authority under it, Alipay's own and the application's.
import { certificatePem, type CertificateFacts, type Name } from '../../local/gateways/x509.ts';
import { account, answer, elsewhere, merchant, newPair, platform, type Pair } from './alipay-side.ts';

const day = 86_400_000;
export const made = Date.parse('2026-11-20T00:00:00.000Z');

const named = (name: string, unit: string): Name => [
  ['C', 'CN'],
  ['O', '蚂蚁 Test Group'],
  ['OU', unit],
  ['CN', name],
];
export const rootName = named('Test Root R1', 'Roots');
export const middleName = named('Test Authority Class 2 R1', 'Authorities');

export const root = newPair();
export const middle = newPair();

/** For a hundred days from `made`, issued by the authority under the root, unless told otherwise. */
export function certify(of: Pair, change: Partial<CertificateFacts> = {}): string {
  return certificatePem({
    subject: named('Somebody', 'Payments'),
    publicPem: of.publicPem,
    issuer: middleName,
    issuerPrivatePem: middle.privatePem,
    from: made - day,
    until: made + 100 * day,
    ...change,
  });
}

export const byRoot = { issuer: rootName, issuerPrivatePem: root.privatePem };
export const rootPem = certify(root, { ...byRoot, subject: rootName, isAuthority: true });
export const middlePem = certify(middle, { ...byRoot, subject: middleName, isAuthority: true });
export const platformPem = certify(platform);
export const elsewherePem = certify(elsewhere);

export const certificates = {
  app_certificate: certify(merchant),
  certificate_platform: platformPem + middlePem,
  root_certificate_platform: rootPem,
};

export const certified = { ...account, ...certificates };
export const certifiedElsewhere = { ...certified, certificate_platform: elsewherePem + middlePem };

/** An answer as it comes in certificate mode: it names the certificate of the key that signed it. */
export function certifiedAnswer(method: string, node: object, serial: string, by: Pair = platform): string {
  return answer(method, node, by).replace(',"sign":', `,"alipay_cert_sn":"${serial}","sign":`);
}
