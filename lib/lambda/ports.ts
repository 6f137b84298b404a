// The real clock and chance. Nothing else in functions/ and lib/ takes them from the platform.
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Ports } from '../domain/ports.ts';

export const ports: Ports = {
  now: () => Date.now(),
  random: () => Math.random(),
  randomBytes: (n) => randomBytes(n),
  sleep: (ms) => setTimeout(ms),
};
