import { describe, expect, it } from '@jest/globals';
import { task, type RefundStep } from '../../lib/lambda/task.ts';
import { aContext } from './gateway-event.ts';

const sent = { step: 'query', refund_id: 'rfd_01h455vb4pex5vsknk084sn02q00', run: 2 };

describe('a step of a refund’s workflow', () => {
  it('reaches the story, whose word goes back as the workflow reads it', async () => {
    const heard: RefundStep[] = [];
    const handler = task((step) => {
      heard.push(step);
      return Promise.resolve({ next: 'query', waitSeconds: 90 });
    });
    expect(await handler(sent, aContext())).toEqual({ next: 'query', wait_seconds: 90 });
    expect(heard).toEqual([sent]);
  });

  it('throws what the story throws: the workflow tries it again', async () => {
    const handler = task(() => Promise.reject(new Error('no answer')));
    await expect(handler(sent, aContext())).rejects.toThrow('no answer');
  });

  it.each([
    ['another step', { ...sent, step: 'settle' }],
    ['an id of a payment', { ...sent, refund_id: 'pay_01h455vb4pex5vsknk084sn02q' }],
    ['an id of its payment’s digits alone', { ...sent, refund_id: 'rfd_01h455vb4pex5vsknk084sn02q' }],
    ['a run that is none', { ...sent, run: 0 }],
    ['half a run', { ...sent, run: 1.5 }],
    ['more than it knows', { ...sent, amount: '1.00' }],
    ['nothing', null],
  ])('refuses %s before the story begins', async (_, event) => {
    const handler = task(() => {
      throw new Error('the story began');
    });
    await expect(handler(event, aContext())).rejects.toMatchObject({ name: 'ZodError' });
  });
});
