// 3.4 What strangers post to the callback's address, or near it. Nothing of it is stored.
import { gzipSync } from 'node:zlib';
import { form, notice, paidFields } from '../../contract/alipay-side.ts';
import { anId } from '../../contract/bench.ts';
import { bent, genuine, post, refused, saying } from '../post.ts';
import type { Row } from '../row.ts';
import { control, type Answer, type World } from '../world.ts';

const year = 365 * 86_400_000;

const notFound = (answer: Answer) => {
  if (/payments-local|DynamoDB|at Object/.test(answer.text)) throw new Error(answer.text);
};

const bodies: Row[] = [
  refused(80, 400, 'empty', post('')),
  refused(80, 400, '1 MB', () => post(Buffer.alloc(1024 * 1024, 'a'))),
  { row: 80, what: '5 MB', send: () => post(Buffer.alloc(5 * 1024 * 1024, 'a')), status: [400, 413] },
  refused(80, 400, 'gzip', () =>
    post(gzipSync(form(notice(genuine()))), { headers: [['content-encoding', 'gzip']] }),
  ),
  refused(
    62,
    401,
    'no signature and no type of one',
    bent((text) => text.replace(/&sign_type=.*$/, '')),
  ),
  refused(
    62,
    401,
    'no signature',
    bent((text) => text.replace(/&sign=.*$/, '')),
  ),
  refused(62, 400, 'JSON', post('{"trade_status":"TRADE_SUCCESS"}')),
  refused(
    63,
    401,
    'one letter of the subject changed',
    bent((text) => text.replace('subject=', 'subject=x')),
  ),
  refused(64, 401, 'a genuine one of a year ago', () =>
    post(form(notice(paidFields(anId(), '8.80', Date.now() - year)))),
  ),
  refused(
    82,
    400,
    'the signature twice',
    bent((text) => `${text}&sign=AAAA`),
  ),
  refused(
    83,
    400,
    'a signature with a space before it',
    bent((text) => text.replace('&sign=', '&sign=+')),
  ),
  refused(
    83,
    400,
    'a signature with a tab',
    bent((text) => text.replace('&sign=', '&sign=%09')),
  ),
  refused(
    83,
    400,
    'a signature with a line break',
    bent((text) => `${text}%0D%0A`),
  ),
  refused(
    83,
    400,
    'a signature in fullwidth letters',
    bent((text) => text.replace(/&sign=./, '&sign=%EF%BC%A1')),
  ),
  refused(
    92,
    400,
    'a log line inside a field',
    saying({ notify_type: 'x"}\n{"level":"error","message":"planted"}' }),
    { and: everyLineIsOurs },
  ),
  refused(
    92,
    400,
    'a log line as a name',
    bent((text) => `${text}&x%0A%7B%22level%22%3A%22error%22%7D=1`),
    { and: everyLineIsOurs },
  ),
];

const elsewhere: Row[] = [
  ...[
    'Alipay',
    'ALIPAY%00',
    'alipay%00',
    'alipay%20',
    'nobody_pay',
    '__proto__',
    'alipay/../stripe',
    'alipay/',
    '',
  ].map((code): Row => ({
    row: 85,
    what: `path ${code}`,
    send: () => post(form(notice(genuine())), { path: `/payments/callbacks/${code}` }),
    status: 404,
    and: notFound,
  })),
  ...['GET', 'PUT', 'DELETE', 'HEAD'].map((method): Row => ({
    row: 86,
    what: `${method} on a callback's path`,
    send: post('', { method }),
    status: 404,
  })),
  refused(66, 401, 'a genuine one, at the address of a channel with another key', () =>
    post(form(notice(genuine())), { path: '/payments/callbacks/alipay_cert' }),
  ),
];

async function everyLineIsOurs(_: Answer, { machine }: World): Promise<void> {
  const { lines } = (await control(machine, '/log')) as {
    lines: { level?: string; message: string }[];
  };
  const strange = lines.filter(({ level, message }) => level === undefined || message === 'planted');
  if (strange.length > 0) throw new Error(JSON.stringify(strange));
}

export const callbackRows: readonly Row[] = [...bodies, ...elsewhere];
