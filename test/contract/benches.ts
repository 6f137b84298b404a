// One bench per registered provider.
import { alipayBench } from './alipay.ts';
import type { Bench } from './bench.ts';

export const benches: Readonly<Record<string, Bench>> = { alipay: alipayBench };
