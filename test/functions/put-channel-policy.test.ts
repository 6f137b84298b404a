// What becomes of late and wrong money by itself is part of a channel's configuration.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { channelView } from '../../lib/api/channel-view.ts';
import { acceptableKinds, anomalyKinds } from '../../lib/domain/anomaly.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { configurable, refusal, right, withoutSecret } from './configurable.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** What becomes of kinds that a policy does not name; all others are held. */
const unnamed = { PAID_AFTER_CLOSE: 'auto_refund', DUPLICATE_PAID: 'auto_refund' };

describe('the policy for late and wrong money', () => {
  it('is kept, shown, left as it is when it is left out, and taken back by an empty one', async () => {
    const { put, row } = configurable(database);
    expect(channelView(await put(right))).toMatchObject({ anomaly_policy: unnamed });
    const anomaly_policy = { OVERPAID: 'accept', WRONG_PAYEE: 'hold' };
    expect(await put({ ...withoutSecret, anomaly_policy })).toMatchObject({ anomalyPolicy: anomaly_policy });
    const kept = await put(withoutSecret);
    expect(channelView(kept)).toMatchObject({ anomaly_policy });
    expect(await row()).toEqual(kept);
    expect(channelView(await put({ ...withoutSecret, anomaly_policy: {} }))['anomaly_policy']).toEqual(
      unnamed,
    );
  });

  const ways = anomalyKinds.flatMap((kind) => [[kind, 'accept'] as const, [kind, 'auto_refund'] as const]);

  it.each(ways)(
    '%s is held, or what becomes of it by itself is %s, as its kind allows',
    async (kind, way) => {
      const { put } = configurable(database);
      expect(await put({ ...right, anomaly_policy: { [kind]: 'hold' } })).toMatchObject({
        anomalyPolicy: { [kind]: 'hold' },
      });
      const other = put({ ...withoutSecret, anomaly_policy: { [kind]: way } });
      const acceptable: readonly string[] = acceptableKinds;
      const outcome = acceptable.includes(kind) ? (await other).anomalyPolicy : await refusal(other);
      expect(outcome).toEqual(
        acceptable.includes(kind)
          ? { [kind]: way }
          : { code: 'CHANNEL_CONFIG_INVALID', param: `anomaly_policy.${kind}` },
      );
    },
  );

  it.each([
    [{ LATE: 'hold' }, 'UNKNOWN_FIELD', 'anomaly_policy.LATE'],
    [{ OVERPAID: 'refund' }, 'INVALID_REQUEST', 'anomaly_policy.OVERPAID'],
    [{ OVERPAID: null }, 'INVALID_REQUEST', 'anomaly_policy.OVERPAID'],
    ['accept', 'INVALID_REQUEST', 'anomaly_policy'],
    [null, 'INVALID_REQUEST', 'anomaly_policy'],
  ])('%j is refused, and nothing is kept', async (anomaly_policy, code, param) => {
    const { put, kept, row } = configurable(database);
    expect(await refusal(put({ ...right, anomaly_policy }))).toEqual({ code, param });
    expect([kept, await row()]).toEqual([[], undefined]);
  });
});
