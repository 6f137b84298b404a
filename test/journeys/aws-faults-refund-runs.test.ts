// A refund's workflow itself goes wrong: Step Functions does not reach its step, does not hear it, or runs it twice; an
// execution is begun twice, fails for good, is stopped, is redriven. The money goes back once, and all agree.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { faultsOf, plant, type Fault, type Way } from './aws-ways.ts';
import { oneOfEach, products, type Product } from './products.ts';
import { expectRefundedOnce, paidQuietly, refundAtLast, unheard } from './refund-at-last.ts';
import { atConsole, beginAgain, runsOf } from './refund-runs.ts';
import { decide, inBooks, readRefund, refunding, type Paid } from './refunding.ts';
import { bootPatience, startService, until, type Service } from './service.ts';

/** What Step Functions asks Lambda for, where the channel does not make up its mind at once. */
const invoking: Way = [
  ['refund-steps', 'Invoke', 'it is to be sent'],
  ['refund-steps', 'Invoke', 'it is to be asked for'],
];

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(async () => {
  await service.control('/faults', undefined, 'DELETE');
  await service.gateway('/faults', undefined, 'DELETE');
});

const advance = (span: string) => service.control('/clock', { advance: span });
/** A part: a whole that went twice would be refused, and nobody would see it. */
const amount = '3.00';
/** More often than a step is tried. */
const forGood = { operation: 'refund-steps', service: 'lambda', action: 'Invoke', times: 50 };

/** Nobody but the workflow finds out. @param faults are there before it is asked for */
async function begun(product: Product, faults: readonly Fault[]): Promise<{ paid: Paid; refund_id: string }> {
  const paid = await paidQuietly(service, product);
  await unheard(service, paid.id);
  for (const fault of faults) await plant(service, fault);
  return { paid, refund_id: await refundAtLast(service, paid.id, amount) };
}

/** @returns how its executions stand, by their names */
async function runs(refund_id: string): Promise<Record<string, string>> {
  const all = await runsOf(service, refund_id);
  return Object.fromEntries(all.map(({ name, status }) => [name.replace(refund_id, ''), status]));
}

/** Until the first one has failed; from then on nothing is in the way. */
async function untilFailed(refund_id: string): Promise<void> {
  await untilRuns(refund_id, (all) => all['-1'] === 'FAILED');
  await service.control('/faults', undefined, 'DELETE');
}

/** What waits finds that there is nothing to do. */
async function untilOver(refund_id: string): Promise<Record<string, string>> {
  await untilRuns(refund_id, (all) => !Object.values(all).includes('RUNNING'));
  return runs(refund_id);
}

function untilRuns(refund_id: string, stand: (all: Record<string, string>) => boolean): Promise<true> {
  const look = async () => {
    if (stand(await runs(refund_id))) return true;
    await advance('1m');
    return undefined;
  };
  return until('the executions to stand otherwise', look, 40_000);
}

describe.each(oneOfEach)('$channel', (product) => {
  const expectDriven = async (faults: readonly Fault[]) => {
    const paid = await paidQuietly(service, product);
    await unheard(service, paid.id);
    await decide(service, { transaction_id: paid.id }, 'pending');
    for (const fault of faults) await plant(service, fault);
    const refund_id = await refunding(service, paid.id, amount);
    // Sent again after two seconds at most, where it was not heard; asked for after ten, and decided before that.
    await advance('4s');
    await decide(service, { refund_id }, 'success');
    await expectRefundedOnce(service, paid, refund_id, amount);
    return refund_id;
  };

  test('the table has every invocation of the way', async () => {
    const [run] = await runsOf(service, await expectDriven([]));
    const tasks = run?.steps.map(({ state }) => state).filter((state) => /^(Submit|Query)$/.test(state));
    expect(tasks).toEqual(['Submit', 'Query']);
  });

  test.each(faultsOf(invoking))('%s', async (_, faults) => {
    const refund_id = await expectDriven(faults);
    expect(await runs(refund_id)).toEqual({ '-1': 'SUCCEEDED' });
  });

  test('two executions of one run send it at the same time: one refund', async () => {
    const paid = await paidQuietly(service, product);
    await unheard(service, paid.id);
    const call = { operation: 'refund', fault: 'slow', ms: 800 };
    await service.gateway('/faults', { transaction_id: paid.id, call });
    const refund_id = await refunding(service, paid.id, amount);
    await until('it to be sent', async () =>
      (await readRefund(service, refund_id)).status === 'PROCESSING' ? true : undefined,
    );
    beginAgain(service, refund_id, `${refund_id}-again`);
    await expectRefundedOnce(service, paid, refund_id, amount);
    expect(await untilOver(refund_id)).toEqual({ '-1': 'SUCCEEDED', '-again': 'SUCCEEDED' });
    await expectRefundedOnce(service, paid, refund_id, amount);
  });
});

const [first] = oneOfEach;
const alipay = first as Product;

describe('an execution that fails for good', () => {
  const expectUndisturbed = async (paid: Paid, refund_id: string) => {
    await expectRefundedOnce(service, paid, refund_id, amount);
    atConsole(service, 'RedriveExecution', `${refund_id}-1`);
    expect((await untilOver(refund_id))['-1']).toBe('SUCCEEDED');
    await expectRefundedOnce(service, paid, refund_id, amount);
  };

  test('before anything was sent: a later run sends it, and the first, redriven, does nothing', async () => {
    const { paid, refund_id } = await begun(alipay, [{ ...forGood, fault: 'internal_error' }]);
    await untilFailed(refund_id);
    expect(await readRefund(service, refund_id)).toMatchObject({ status: 'PENDING' });
    await expectUndisturbed(paid, refund_id);
  });

  test.each(['lost_answer', 'timeout'])('though each of its steps was carried out: %s', async (fault) => {
    const { paid, refund_id } = await begun(alipay, [{ ...forGood, fault }]);
    await untilFailed(refund_id);
    expect(await runs(refund_id)).toEqual({ '-1': 'FAILED' });
    await expectUndisturbed(paid, refund_id);
  });
});

describe.each([
  ['fails for good', 'FAILED'],
  ['is stopped', 'ABORTED'],
])('an execution that %s after it was sent', (_, status) => {
  /** The channel has it, and the workflow is over; only then it goes. */
  const left = async () => {
    const paid = await paidQuietly(service, alipay);
    await unheard(service, paid.id);
    await decide(service, { transaction_id: paid.id }, 'pending');
    const fails = status === 'FAILED';
    if (fails) await plant(service, { ...forGood, fault: 'throttle', nth: 2 });
    const refund_id = await refunding(service, paid.id, amount);
    await advance('0s');
    if (fails) await untilFailed(refund_id);
    else atConsole(service, 'StopExecution', `${refund_id}-1`);
    expect((await runs(refund_id))['-1']).toBe(status);
    expect(await readRefund(service, refund_id)).toMatchObject({ status: 'PROCESSING' });
    await decide(service, { refund_id }, 'success');
    return { paid, refund_id };
  };

  test('status sync begins the next', async () => {
    const { paid, refund_id } = await left();
    await expectRefundedOnce(service, paid, refund_id, amount);
    expect(await untilOver(refund_id)).toMatchObject({ '-1': status, '-2': 'SUCCEEDED' });
  });

  test('it is redriven, and goes on or leaves it to the next', async () => {
    const { paid, refund_id } = await left();
    atConsole(service, 'RedriveExecution', `${refund_id}-1`);
    await expectRefundedOnce(service, paid, refund_id, amount);
    expect(await untilOver(refund_id)).toMatchObject({ '-1': 'SUCCEEDED' });
  });
});

test('an execution that is redriven while the next has the refund in hand ends at once', async () => {
  const paid = await paidQuietly(service, alipay);
  await unheard(service, paid.id);
  await decide(service, { transaction_id: paid.id }, 'pending');
  const refund_id = await refunding(service, paid.id, amount);
  await advance('0s');
  atConsole(service, 'StopExecution', `${refund_id}-1`);
  await untilRuns(refund_id, (all) => all['-2'] === 'RUNNING');
  atConsole(service, 'RedriveExecution', `${refund_id}-1`);
  await untilRuns(refund_id, (all) => all['-1'] === 'SUCCEEDED');
  expect(await runs(refund_id)).toEqual({ '-1': 'SUCCEEDED', '-2': 'RUNNING' });
  expect(await readRefund(service, refund_id)).toMatchObject({ status: 'PROCESSING' });
  await decide(service, { refund_id }, 'success');
  await expectRefundedOnce(service, paid, refund_id, amount);
});

// What signs is an AWS call of its own: it is written that the refund is sent, and it is not yet.
describe.each(products.filter(({ channel }) => channel.endsWith('_CERT')).filter(isFirst))(
  '$channel',
  (product) => {
    test('another execution sends it while the first is about to: one refund', async () => {
      const paid = await paidQuietly(service, product);
      await unheard(service, paid.id);
      const slow = { operation: 'refund-steps', action: 'Sign', fault: 'slow', ms: 1500 };
      await plant(service, slow);
      const refund_id = await refunding(service, paid.id, amount);
      await until('it to be called sent', async () =>
        (await readRefund(service, refund_id)).status === 'PROCESSING' ? true : undefined,
      );
      expect(await inBooks(service, paid.id)).toEqual([]);
      beginAgain(service, refund_id, `${refund_id}-again`);
      await until('it to be made', async () =>
        (await inBooks(service, paid.id)).length > 0 ? true : undefined,
      );
      await expectRefundedOnce(service, paid, refund_id, amount);
      expect(await untilOver(refund_id)).toEqual({ '-1': 'SUCCEEDED', '-again': 'SUCCEEDED' });
      await expectRefundedOnce(service, paid, refund_id, amount);
    });
  },
);

function isFirst({ channel }: Product, place: number, all: readonly Product[]): boolean {
  return all.findIndex((each) => each.channel === channel) === place;
}
