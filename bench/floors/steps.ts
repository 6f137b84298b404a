// What a floor carries out: the calls that one of our functions makes, and nothing around them.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

export type Step =
  | {
      readonly kind: 'aws';
      readonly service: 'dynamodb' | 'sqs' | 'secretsmanager' | 'events' | 'states';
      readonly operation: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  /** one signed call to the provider, whose answer is proved */
  | {
      readonly kind: 'gateway';
      readonly system: Readonly<Record<string, string>>;
      readonly business: string;
    }
  /** proves a callback's form */
  | { readonly kind: 'prove'; readonly form: Uint8Array };

export type Send = (step: Step & { kind: 'aws' }) => Promise<unknown>;
export type Post = (url: string, body: string) => Promise<string>;

const env = (name: string) => process.env[name] ?? '';
const own = createPrivateKey(env('BENCH_MERCHANT_KEY'));
const theirs = createPublicKey(env('BENCH_PLATFORM_KEY'));
const form = 'application/x-www-form-urlencoded;charset=utf-8';

/** @returns as Lambda knows a handler; its event is a list of steps */
export function floor(send: Send, post: Post) {
  return async (steps: readonly Step[]): Promise<object> => {
    for (const step of steps) {
      if (step.kind === 'aws') await send(step);
      else if (step.kind === 'gateway') await ask(step, post);
      else prove(step.form);
    }
    return {};
  };
}

async function ask({ system, business }: Step & { kind: 'gateway' }, post: Post): Promise<void> {
  const signature = sign('sha256', Buffer.from(signedText({ ...system, biz_content: business })), own);
  const query = new URLSearchParams({ ...system, sign: signature.toString('base64') });
  const body = new URLSearchParams({ biz_content: business });
  const answer = await post(`${env('BENCH_GATEWAY')}?${query.toString()}`, body.toString());
  const from = answer.indexOf(':') + 1;
  const to = answer.lastIndexOf(',"sign":"');
  const { sign: proof } = JSON.parse(answer) as { sign: string };
  check(Buffer.from(answer.slice(from, to)), proof);
}

function prove(bytes: Uint8Array): void {
  const fields = Object.fromEntries(new URLSearchParams(Buffer.from(bytes).toString()));
  const content = signedText({ ...fields, sign: '', sign_type: '' });
  check(Buffer.from(content), fields['sign'] ?? '');
}

function check(bytes: Buffer, proof: string): void {
  if (!verify('sha256', bytes, theirs, Buffer.from(proof, 'base64'))) throw new Error('a signature is wrong');
}

function signedText(fields: Readonly<Record<string, string>>): string {
  const names = Object.keys(fields).filter((name) => fields[name] !== '');
  return names
    .sort()
    .map((name) => `${name}=${fields[name] ?? ''}`)
    .join('&');
}

/** As most people would. */
export const fetched: Post = async (url, body) =>
  (await fetch(url, { method: 'POST', headers: { 'content-type': form }, body })).text();

export const formType = form;
