// What the steps of configuring a channel share: how they refuse, and how they take their fields out of the body.
import { PaymentError } from '../../lib/domain/errors.ts';

export function invalid(param: string, detail: string): PaymentError {
  return new PaymentError('CHANNEL_CONFIG_INVALID', { param, detail });
}

/** The fields of the body that stand in the shape and are there. */
export function pick(body: object, shape: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => Object.hasOwn(shape, key) && value !== undefined),
  );
}
