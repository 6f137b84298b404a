// Routes for the people who look after the service: an application with the scope alone is not enough.
import { PaymentError } from '../domain/errors.ts';
import type { Caller } from './caller.ts';

/** @throws PaymentError SCOPE_MISSING */
export function operatorsOnly({ operator }: Caller): void {
  if (!operator) throw new PaymentError('SCOPE_MISSING', { detail: 'This is for operators only.' });
}
