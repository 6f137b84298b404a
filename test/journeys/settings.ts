// Channels configured anew, while the service runs.
import type { Service } from './service.ts';

const readOnly = new Set([
  ...['channel_code', 'secret_fingerprints', 'version', 'updated_at', 'updated_by'],
  ...['signing_key', 'signing_keys'],
]);

/** The settings of a channel as they are, with `more` in their place; what is left out stays. */
export async function settings({ operator }: Service, channel: string, more: object): Promise<object> {
  const { body } = await operator<Record<string, unknown>>(`/channels/${channel}`);
  return { ...Object.fromEntries(Object.entries(body).filter(([name]) => !readOnly.has(name))), ...more };
}

/** Functions know a channel for five minutes. */
export const takesEffect = ({ control }: Service) => control('/clock', { advance: '6m' });

/** From now on money that comes late or twice on these channels waits for a person. */
export async function holdMoney(service: Service, channels: Iterable<string>): Promise<void> {
  const anomaly_policy = { PAID_AFTER_CLOSE: 'hold', DUPLICATE_PAID: 'hold' };
  for (const channel of new Set(channels)) {
    const body = await settings(service, channel, { anomaly_policy });
    const { status } = await service.operator(`/channels/${channel}`, { method: 'PUT', body });
    if (status !== 200) throw new Error(`${channel} was answered ${status} when it was configured.`);
  }
  await takesEffect(service);
}
