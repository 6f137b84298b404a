// What is not proved never ends a refund, and never lets go of what it holds. @see QUALITY I14
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaymentError } from '../../lib/domain/errors.ts';
import { isOpen, type RefundSnapshot } from '../../lib/domain/refund.ts';
import type { DeclineCode, Outcome } from '../../lib/gateways/gateway.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { refundOne, says, type Script } from './refunding.ts';
import { refusal, refusals, unproved } from './unproved.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** What proves nothing brings no word: only `ok` has one, and only `declined` is read as a refusal. */
type Unproved = Extract<Outcome<RefundSnapshot>, { kind: 'unknown' | 'retry_later' }>;
type Wordless = [Extract<Unproved, { value: unknown } | { code: DeclineCode }>] extends [never]
  ? true
  : false;
const isWordless: Wordless = true;

async function played(script: Script) {
  const one = await refundOne(database, script);
  const ended: unknown[] = [];
  for (const step of ['submit', 'query', 'submit', 'query'] as const) {
    const { next, waitSeconds } = await one.step(step);
    if (next === 'end' || waitSeconds <= 0) ended.push([step, next, waitSeconds]);
    one.clock.time += 40 * 86_400_000;
  }
  const { refund, payment } = await one.now();
  return { ended, isOpen: isOpen(refund), dueAt: refund.dueAt, payment };
}

const open = {
  ...{ ended: [], isOpen: true, dueAt: expect.any(String) as unknown },
  payment: { status: 'PAID_SUCCESS', amountReserved: { minor: 300 } },
};

describe('a refund stays open, and holds its amount', () => {
  it('where nothing is proved, there is no word to settle', () => {
    expect(isWordless).toBe(true);
  });

  it.each(unproved)('when it is answered %s, however often', async (_, answer) => {
    expect(await played({ refund: [() => answer], query: [() => answer] })).toMatchObject(open);
  });

  it('when the channel provably has none, however often', async () => {
    expect(await played({ refund: [says.timeout], query: [says.none] })).toMatchObject(open);
  });

  it('when the channel cannot be connected', async () => {
    expect(await played({ connect: new PaymentError('CHANNEL_MISCONFIGURED') })).toMatchObject(open);
  });

  it('when the channel is another account', async () => {
    expect(await played({ payee: { merchantId: 'm2' } })).toMatchObject(open);
  });

  it('when the answer is about another amount', async () => {
    const other = { amount: { minor: 299, currency: 'CNY' } } as const;
    const word = (refund: Parameters<typeof says.failed>[0]) => {
      const said = says.failed(refund);
      return said.kind === 'ok' ? { ...said, value: { ...said.value, ...other } } : said;
    };
    expect(await played({ refund: [word], query: [word] })).toMatchObject(open);
  });
});

describe('a refusal of the refund itself is the end', () => {
  const ends = Object.keys(refusals).filter((code) => refusals[code as DeclineCode]);
  it.each(ends)('%s', async (code) => {
    const one = await refundOne(database, { refund: [() => refusal(code as DeclineCode)] });
    expect(await one.step()).toMatchObject({ next: 'end', refund: { status: 'FAILED' } });
    expect((await one.now()).payment.amountReserved).toEqual({ minor: 0, currency: 'CNY' });
  });
});
