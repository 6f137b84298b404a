// Debian's Chromium with a person at it, who reaches this machine and a shop, and writes down whatever a page does wrong.
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { shop, startShop } from './shop.ts';

const executablePath = '/usr/bin/chromium';
export const isHere = existsSync(executablePath);
/** the last run's alone */
const pictures = join(tmpdir(), `payment-pages-${userInfo().username}`);

export interface Person {
  readonly page: Page;
  /** what the browser found wrong, in its own words, since it was asked last */
  readonly complaints: () => string[];
  readonly leave: () => Promise<void>;
}

export interface Window {
  /** a phone's, unless said */
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export interface Desk {
  /** @param addresses of whose origins pages may be asked for, beside the shop's */
  readonly sit: (addresses: readonly string[], window?: Window) => Promise<Person>;
  /** where its screenshots lie, for people to look at */
  readonly pictures: string;
  readonly stop: () => Promise<void>;
}

/** Whatever a page asks for, nothing but this machine is found; the shop stands on it. */
const finding = (port: number) =>
  `--host-resolver-rules=MAP ${new URL(shop).host} 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;

export async function startChromium(): Promise<Desk> {
  const { port, stop: closeShop } = await startShop();
  mkdirSync(pictures, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: [finding(port)] });
  return {
    sit: (addresses, window = {}) => sit(browser, addresses, window),
    pictures,
    stop: async () => {
      await browser.close();
      await closeShop();
    },
  };
}

async function sit(browser: Browser, addresses: readonly string[], window: Window): Promise<Person> {
  const { width = 360, colorScheme = 'light' } = window;
  const context = await browser.newContext({
    viewport: { width, height: 740 },
    colorScheme,
    ignoreHTTPSErrors: true,
  });
  const known = [...addresses.map((address) => new URL(address).origin), shop];
  const complaints: string[] = [];
  context.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (!known.includes(origin)) complaints.push(`asks ${origin}`);
  });
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  return {
    page: await context.newPage(),
    complaints: () => complaints.splice(0),
    leave: () => context.close(),
  };
}
