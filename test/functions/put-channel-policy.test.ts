// What becomes of late and wrong money by itself is part of a channel's configuration.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { channelView } from '../../lib/api/channel-view.ts';
import { acceptableKinds, anomalyKinds } from '../../lib/domain/payment.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { configurable, refusal, right, withoutSecret } from './configurable.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

describe('the policy for late and wrong money', () => {
  it('is kept, shown, left as it is when it is left out, and taken back by an empty one', async () => {
    const { put, row } = configurable(database);
    expect(channelView(await put(right))).toMatchObject({ anomaly_policy: {} });
    const anomaly_policy = { OVERPAID: 'accept', WRONG_PAYEE: 'hold' };
    expect(await put({ ...withoutSecret, anomaly_policy })).toMatchObject({ anomalyPolicy: anomaly_policy });
    const kept = await put(withoutSecret);
    expect(channelView(kept)).toMatchObject({ anomaly_policy });
    expect(await row()).toEqual(kept);
    expect(channelView(await put({ ...withoutSecret, anomaly_policy: {} }))['anomaly_policy']).toEqual({});
  });

  it.each(anomalyKinds)('accepts or holds %s, as its kind allows', async (kind) => {
    const { put } = configurable(database);
    expect(await put({ ...right, anomaly_policy: { [kind]: 'hold' } })).toMatchObject({
      anomalyPolicy: { [kind]: 'hold' },
    });
    const accept = put({ ...withoutSecret, anomaly_policy: { [kind]: 'accept' } });
    const acceptable: readonly string[] = acceptableKinds;
    const outcome = acceptable.includes(kind) ? (await accept).anomalyPolicy : await refusal(accept);
    expect(outcome).toEqual(
      acceptable.includes(kind)
        ? { [kind]: 'accept' }
        : { code: 'CHANNEL_CONFIG_INVALID', param: `anomaly_policy.${kind}` },
    );
  });

  it.each([
    [{ LATE: 'hold' }, 'UNKNOWN_FIELD', 'anomaly_policy.LATE'],
    [{ OVERPAID: 'refund' }, 'INVALID_REQUEST', 'anomaly_policy.OVERPAID'],
    [{ OVERPAID: 'auto_refund' }, 'INVALID_REQUEST', 'anomaly_policy.OVERPAID'],
    [{ OVERPAID: null }, 'INVALID_REQUEST', 'anomaly_policy.OVERPAID'],
    ['accept', 'INVALID_REQUEST', 'anomaly_policy'],
    [null, 'INVALID_REQUEST', 'anomaly_policy'],
  ])('%j is refused, and nothing is kept', async (anomaly_policy, code, param) => {
    const { put, kept, row } = configurable(database);
    expect(await refusal(put({ ...right, anomaly_policy }))).toEqual({ code, param });
    expect([kept, await row()]).toEqual([[], undefined]);
  });

  it('says of refunds that they are not there yet', async () => {
    const { put } = configurable(database);
    const anomaly_policy = { DUPLICATE_PAID: 'auto_refund' };
    await expect(put({ ...right, anomaly_policy })).rejects.toThrow(
      /^anomaly_policy\.DUPLICATE_PAID: .*refunds.* are not in this build/,
    );
  });
});
