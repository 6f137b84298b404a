// The wire counts in the smallest unit that Stripe knows of a currency; people read decimals.
// @see https://docs.stripe.com/currencies

const zeroDecimals = 'bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' ');
const threeDecimals = 'bhd jod kwd omr tnd'.split(' ');
const twoDecimals = (
  'aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny ' +
  'cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk ' +
  'jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio ' +
  'nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs ' +
  'top try ttd twd tzs uah usd uyu uzs wst xcd yer zar zmw'
).split(' ');

/** The least that may be charged; of the others, half a dollar’s worth is meant, and one unit is taken here. */
const least: Readonly<Record<string, number>> = {
  ...{ usd: 50, aed: 200, aud: 50, bgn: 100, brl: 50, cad: 50, chf: 50, czk: 1500, dkk: 250, eur: 50 },
  ...{ gbp: 30, hkd: 400, huf: 17_500, inr: 50, jpy: 50, mxn: 1000, myr: 200, nok: 300, nzd: 50 },
  ...{ pln: 200, ron: 200, sek: 300, sgd: 50, thb: 1000 },
};
const most = 99_999_999;

/** Where a currency has more than two decimals, the last one is 0; of krónur there are no parts. */
const steps: Readonly<Record<string, number>> = {
  ...Object.fromEntries(threeDecimals.map((currency) => [currency, 10])),
  isk: 100,
};

export function isCurrency(currency: string): boolean {
  return [zeroDecimals, twoDecimals, threeDecimals].some((known) => known.includes(currency));
}

export type Objection = 'too_small' | 'too_large' | 'uneven';

/** @param minor whole minor units; undefined when nothing stands against it */
export function objection(minor: number, currency: string): Objection | undefined {
  if (minor < (least[currency] ?? 1)) return 'too_small';
  if (minor > most) return 'too_large';
  return minor % (steps[currency] ?? 1) === 0 ? undefined : 'uneven';
}

/** What is charged at least, as decimal text. */
export function leastText(currency: string): string {
  return decimalText(least[currency] ?? 1, currency);
}

/** (880, `usd`) → `8.80`, (880, `jpy`) → `880`, (−5, `kwd`) → `-0.005` */
export function decimalText(minor: number, currency: string): string {
  const places = decimals(currency);
  const digits = String(Math.abs(minor)).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = places === 0 ? '' : `.${digits.slice(-places)}`;
  return `${minor < 0 ? '-' : ''}${whole}${fraction}`;
}

/** `8.80`, `8.8` and `8` → 880 for two decimals; undefined for anything else, and outside 1–99999999 */
export function readDecimal(text: string, currency: string): number | undefined {
  const places = decimals(currency);
  const [, whole, fraction = ''] = /^(0|[1-9]\d{0,8})(?:\.(\d{1,3}))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > places) return undefined;
  const minor = Number(whole + fraction.padEnd(places, '0'));
  return minor >= 1 && minor <= most ? minor : undefined;
}

function decimals(currency: string): number {
  if (zeroDecimals.includes(currency)) return 0;
  return threeDecimals.includes(currency) ? 3 : 2;
}
