// What people read in the terminal, at 80 columns.
import type { Line } from './journal.ts';

export interface Ready {
  readonly api: string;
  readonly gateways: string;
  readonly control: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** ms from the start to this moment */
  readonly readyMs: number;
}

const width = 80;
/** time, operation: the room before what happened */
const indent = 28;
/** of an event's name before the payment's id, which then ends within the line */
const nameWidth = 20;

export function banner(ready: Ready, dataDir: string | undefined): string {
  const rows = [
    ['api', ready.api],
    ['', `signed with AWS Signature 4: execute-api, ${ready.region}`],
    ['gateways', ready.gateways],
    ['control', `${ready.control}   events, log, queues, clock`],
    ['key', ready.accessKeyId],
    ['secret', ready.secretAccessKey],
    ['', `an operator's and others: ${ready.control}/credentials`],
    ['data', dataDir ?? 'in memory, gone at the end (--data DIR keeps it)'],
  ];
  return [
    '',
    `The payment service runs. Ready in ${(ready.readyMs / 1000).toFixed(1)} s. Ctrl-C ends it.`,
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(10)}${value}`),
    '',
  ].join('\n');
}

/** One thing that happened: time, who, what, which payment, then facts as far as the lines go. */
export function readable({ at, from, name, level, transaction_id: id, ...facts }: Line): string {
  const words = Object.entries(facts).flatMap(([fact, value]) => shown(fact, value));
  const mark = level === 'ERROR' || level === 'CRITICAL' ? ['ERROR'] : level === 'WARN' ? ['WARN'] : [];
  const head = `${clock(at)} ${from.padEnd(indent - 10)} `;
  const short = name.replace('{transaction_id}', '…');
  const what = id === undefined ? short.split(/\s+/) : [short.padEnd(nameWidth), id];
  return wrap(head, [...mark, ...what, ...words]);
}

function shown(fact: string, value: unknown): string[] {
  if (value === null || value === undefined || value === '') return [];
  if (typeof value === 'object') {
    const { name, message }: Partial<Error> = value;
    return message === undefined ? [] : `${fact}=${name ?? 'Error'}: ${message}`.split(/\s+/);
  }
  return `${fact}=${JSON.stringify(value).replace(/^"(.*)"$/, '$1')}`.split(/\s+/);
}

/** Local time: people compare it with their watch. */
function clock(at: string): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
}

/** A word that is longer than a line stands alone on it. */
function wrap(head: string, words: readonly string[]): string {
  const lines = [head];
  for (const word of words) {
    const last = lines.at(-1) ?? '';
    const fresh = last === head || last.trim() === '';
    if (!fresh && last.length + 1 + word.length > width) lines.push(' '.repeat(indent) + word);
    else lines[lines.length - 1] = last + (fresh ? '' : ' ') + word;
  }
  return lines.join('\n');
}
