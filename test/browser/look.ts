// What every page owes to whoever looks at it, with their eyes or with a reader.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

export interface Look {
  readonly title: string;
  readonly language: string;
  readonly headings: number;
  /** fields and buttons without words of their own */
  readonly nameless: readonly string[];
  /** fields, buttons and links that are too small for a finger */
  readonly small: readonly string[];
  /** CSS pixels of the page that stand beside the window */
  readonly hidden: number;
}

/** What of a browser's page is looked at; all of it runs there. */
interface Shown {
  readonly outerHTML: string;
  readonly textContent: string;
  /** of fields alone */
  readonly labels?: Iterable<Shown>;
  closest(selector: string): Shown | null;
  getBoundingClientRect(): { readonly width: number; readonly height: number };
}
declare const document: {
  readonly title: string;
  readonly documentElement: {
    readonly lang: string;
    readonly scrollWidth: number;
    readonly clientWidth: number;
  };
  querySelectorAll(selector: string): Iterable<Shown>;
};

/** CSS pixels, of WCAG 2.2, 2.5.8 */
const finger = 24;

export function look(page: Page): Promise<Look> {
  return page.evaluate((least) => {
    const all = (selector: string) => [...document.querySelectorAll(selector)];
    const shown = all('input:not([type=hidden]),select,textarea,button,a');
    const named = (each: Shown) =>
      [...(each.labels ?? [])].concat(each).some(({ textContent }) => textContent.trim() !== '');
    // A label is pressed as well as its field.
    const pressed = (each: Shown) => (each.closest('label') ?? each).getBoundingClientRect();
    const { scrollWidth, clientWidth, lang } = document.documentElement;
    return {
      title: document.title,
      language: lang,
      headings: all('h1').length,
      nameless: shown.filter((each) => !named(each)).map(({ outerHTML }) => outerHTML),
      small: shown
        .filter((each) => Math.min(pressed(each).width, pressed(each).height) < least)
        .map(({ outerHTML }) => outerHTML),
      hidden: scrollWidth - clientWidth,
    };
  }, finger);
}

/** @returns in how many kinds of lines the picture is drawn: a blank one is two at most */
export async function picture(page: Page, folder: string, name: string): Promise<number> {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return kindsOfLines(readFileSync(path));
}

const signature = 8;
const channels: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** @param png with 8 bits for each colour, as Chromium makes them */
function kindsOfLines(png: Buffer): number {
  const data: Buffer[] = [];
  for (let at = signature; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [width, colours] = [png.readUInt32BE(16), channels[png.readUInt8(25)] ?? 0];
  const line = 1 + width * colours;
  const raw = inflateSync(Buffer.concat(data));
  const lines = Array.from({ length: raw.length / line }, (_, index) =>
    raw.toString('latin1', index * line, (index + 1) * line),
  );
  return new Set(lines).size;
}
