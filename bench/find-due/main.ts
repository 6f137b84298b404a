// `npm run bench -- due`: find-due before a table with a backlog. `--quick` is a smoke.
import { grid } from '../print.ts';
import { countCalls, type Asked } from './count.ts';
import { measureBacklog, type Backlog } from './measure.ts';

export async function benchFindDue(isQuick: boolean, tell: (line: string) => void): Promise<string> {
  tell('counting calls');
  const { due, idle } = await countCalls(200);
  const size = isQuick ? { payments: 20_000, due: 2_000 } : { payments: 1_000_000, due: 100_000 };
  return `${counted(due, idle)}\n\n${backlog(await measureBacklog(size, tell))}`;
}

function counted(due: Asked, idle: Asked): string {
  const per = (one: Asked, value = 0) =>
    one.payments === 0 ? `${value}` : (value / one.payments).toFixed(2);
  const operations = Object.keys(due.calls);
  const rows = [
    ...operations.map((name) => [name, per(due, due.calls[name]), per(idle, idle.calls[name])]),
    ['read units', per(due, due.read), per(idle, idle.read)],
    ['write units', per(due, due.write), per(idle, idle.write)],
  ];
  return grid(['', 'per due payment', 'a tick without any'], rows);
}

function backlog(of: Backlog): string {
  const { waited } = of;
  return grid(
    [`${of.payments} payments, ${of.due} of them due`, ''],
    [
      ['all queued after, s', of.finding.toFixed(1)],
      ['per second', (of.due / of.finding).toFixed(0)],
      ['runs, rounds', `${of.runs}, ${of.rounds}`],
      ['own CPU per payment, ms', of.cpu.toFixed(2)],
      ['new ones amidst: median, most, s', `${waited.median.toFixed(2)}, ${waited.most.toFixed(2)}`],
      ['new ones amidst: rounds', `${waited.rounds}`],
      ['(writing the table took, s)', of.filling.toFixed(0)],
    ],
  );
}
