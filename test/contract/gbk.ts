// Text in GBK, which the platform reads and does not write.

const codes = new Map<string, number>();
const decoder = new TextDecoder('gbk');
for (let lead = 0x81; lead <= 0xfe; lead++)
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    const text = decoder.decode(Uint8Array.of(lead, trail));
    if (text.length === 1 && text !== '\ufffd' && !codes.has(text)) codes.set(text, (lead << 8) | trail);
  }

/** @throws Error for a character that GBK does not have */
export function gbk(text: string): Buffer {
  return Buffer.from(
    Array.from(text).flatMap((character) => {
      if (character < '\x80') return [character.charCodeAt(0)];
      const code = codes.get(character);
      if (code === undefined) throw new Error(`GBK has no ${character}`);
      return [code >> 8, code & 0xff];
    }),
  );
}
