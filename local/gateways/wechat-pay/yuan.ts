// The wire counts in whole 分; people read yuan.

/** `8.80`, `8.8` and `8` → 880; undefined for anything else, and outside 0.01–10000000 */
export function readYuan(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,7})(\.\d{1,2})?$/.test(text)) return undefined;
  const [whole = '', fraction = ''] = text.split('.');
  const fen = Number(whole + fraction.padEnd(2, '0'));
  return fen >= 1 && fen <= 1_000_000_000 ? fen : undefined;
}

/** 880 → `8.80`, −5 → `-0.05` */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
