// What the stage declares of its channels, as the template hands it to functions.
import type { ChannelCode } from '../domain/ids.ts';
import { readJson } from '../domain/strict-json.ts';

/** A channel as the stage declares it. */
export interface DeclaredChannel {
  readonly code: ChannelCode;
  readonly provider: string;
  /** only where the function may read or write it */
  readonly secret_arn?: string;
  /** what its readers of callbacks need of it; absent, too, where its provider names no such secrets */
  readonly reader_secret_arn?: string;
  /** ARNs of its keys in KMS by name; only where the function may sign with them, or read their public halves */
  readonly signing_keys?: Readonly<Record<string, string>>;
}

/** @param text the function's CHANNELS variable: what the stage declares */
export function readDeclaredChannels(text: string): readonly DeclaredChannel[] {
  return readJson(Buffer.from(text)) as unknown as readonly DeclaredChannel[];
}

/** The channel that an address names: in its own spelling or in lower case, nothing else. @see SPEC R3.13 */
export function codeInPath(declared: readonly DeclaredChannel[], path: string): ChannelCode | undefined {
  return declared.find(({ code }) => path === code || path === code.toLowerCase())?.code;
}
