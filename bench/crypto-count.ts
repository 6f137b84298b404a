// Counts what is done with keys while something runs: every door of node:crypto that signs, verifies or parses.
import { createRequire } from 'node:module';

export interface CryptoCount {
  readonly signs: number;
  readonly verifies: number;
  readonly keyParses: number;
}

const doors = {
  sign: 'signs',
  createSign: 'signs',
  verify: 'verifies',
  createVerify: 'verifies',
  createPrivateKey: 'keyParses',
  createPublicKey: 'keyParses',
} as const;

type Crypto = Record<keyof typeof doors, (...args: unknown[]) => unknown>;

// The one object that CommonJS bundles take their functions from, at every call.
const crypto = createRequire(import.meta.url)('node:crypto') as Crypto;
const counted = { signs: 0, verifies: 0, keyParses: 0 };

for (const [door, what] of Object.entries(doors) as [keyof typeof doors, keyof CryptoCount][]) {
  const real = crypto[door];
  crypto[door] = (...args) => {
    counted[what]++;
    // A key handed over as text is parsed inside.
    if (isText(args[2])) counted.keyParses++;
    return real(...args);
  };
}

function isText(key: unknown): boolean {
  return typeof key === 'string' || Buffer.isBuffer(key);
}

/** @returns what was done since it was last asked */
export function takeCryptoCount(): CryptoCount {
  const taken = { ...counted };
  Object.assign(counted, { signs: 0, verifies: 0, keyParses: 0 });
  return taken;
}
