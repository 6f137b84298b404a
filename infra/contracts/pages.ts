// The generated pages: errors in two languages, states, operations.
import { publishedEventNames } from '../../lib/api/published-event.ts';
import type { MoneyOutcome } from '../../lib/domain/error-row.ts';
import { errors, type ErrorCode } from '../../lib/domain/errors.ts';
import { transitions } from '../../lib/domain/payment.ts';
import { operations, type On, type Operation } from '../operations.ts';
import { whatToDo } from './advice.ts';
import { code, made, page, table } from './markdown.ts';

interface ErrorWords {
  readonly title: string;
  readonly intro: string;
  readonly head: readonly string[];
  readonly retryable: readonly [yes: string, no: string];
  readonly outcome: Readonly<Record<MoneyOutcome, string>>;
}

const errorWords: Readonly<Record<'en' | 'zh', ErrorWords>> = {
  en: {
    title: 'Errors',
    intro:
      'Every refusal is an RFC 9457 problem (`application/problem+json`). Programs decide by `code`; `retryable` says whether the same request may succeed later, `outcome` whether money may have moved. `Accept-Language: zh` brings the texts in Chinese.',
    head: ['status', 'code', 'again?', 'money', 'what it means', 'what to do'],
    retryable: ['yes', 'no'],
    outcome: {
      not_attempted: 'none moved',
      declined: 'none moved: declined',
      unknown: 'unknown',
    },
  },
  zh: {
    title: '错误',
    intro:
      '所有拒绝均为 RFC 9457 问题（`application/problem+json`）。程序应依据 `code` 判断；`retryable` 表示同一请求稍后能否成功，`outcome` 表示资金是否可能已变动。请求头 `Accept-Language: zh` 返回中文文本。',
    head: ['状态码', '错误码', '可重试', '资金', '含义', '处理办法'],
    retryable: ['是', '否'],
    outcome: { not_attempted: '未变动', declined: '未变动：已拒绝', unknown: '未知' },
  },
};

export function errorsPage(language: 'en' | 'zh'): string {
  const { title, intro, head, retryable, outcome } = errorWords[language];
  const rows = (Object.keys(errors) as ErrorCode[])
    .sort((a, b) => errors[a].status - errors[b].status)
    .map((name) => {
      const row = errors[name];
      return [
        String(row.status),
        code(name),
        retryable[row.retryable ? 0 : 1],
        outcome[row.outcome],
        row[language],
        whatToDo(name, language),
      ];
    });
  return page(`# ${title}`, made, intro, table(head, rows));
}

export function statesPage(): string {
  const edges = Object.entries(transitions).flatMap(([from, to]) =>
    Object.entries(to).map(([into, event]: [string, string]) => ({ from, into, event })),
  );
  const told = new Set<string>(publishedEventNames);
  const taken = edges.filter(({ event }) => told.has(event));
  const later = edges.filter(({ event }) => !told.has(event));
  const diagram = [
    'stateDiagram-v2',
    '    [*] --> PENDING_CREATE: payment.created',
    ...taken.map(({ from, into, event }) => `    ${from} --> ${into}: ${event}`),
  ];
  const rows = (some: typeof edges) =>
    table(
      ['from', 'to', 'event'],
      some.map(({ from, into, event }) => [from, into, code(event)]),
    );
  return page(
    '# States of a payment',
    made,
    'Only these edges are taken; each change is one transaction with the event that tells of it. Money that is late, twice or wrong moves no status: it is kept as `anomaly` and told as `payment.anomaly_found`.',
    ['```mermaid', ...diagram, '```'].join('\n'),
    rows(taken),
    'Edges that the table holds and that no operation takes in this build:',
    rows(later),
  );
}

export function operationsPage(): string {
  const rows = Object.entries<Operation>(operations).map(([name, { on, needs, impact, severity }]) => [
    `[${name}](../../functions/${name})`,
    trigger(on),
    needs.map(code).join(', '),
    impact,
    severity,
  ]);
  return page(
    '# Operations',
    made,
    'Each is one Lambda function. `urgent` wakes somebody, `notice` waits for the morning; the impact is the first line of its alarm. What a need grants stands in `infra/constructs/grants.ts`.',
    table(['function', 'set off by', 'may', 'who is hurt when it fails', 'alarm'], rows),
  );
}

function trigger(on: On): string {
  if ('queue' in on) return `queue ${code(on.queue)}`;
  if ('stream' in on) return `stream of table ${code(on.stream)}`;
  if ('schedule' in on) return on.schedule;
  if ('workflow' in on) return `workflow ${code(on.workflow)}`;
  const [method, path] = on.route;
  const also = on.also === undefined ? '' : ` and ${code(on.also)}`;
  return `${code(`${method} ${path}`)}${also}, ${on.auth === 'iam' ? 'signed' : 'open to the world'}`;
}
