// A Checkout Session as Stripe tells it.
// @see https://docs.stripe.com/api/checkout/sessions/object
import { checkoutPath } from './addresses.ts';
import type { Session } from './sessions.ts';
import { methodTypes } from './told.ts';

/** @param origin where the pages for payers live */
export function toldSession(session: Session, origin: string): object {
  const { id, terms, amount, currency, status } = session;
  return {
    ...{ id, object: 'checkout.session', adaptive_pricing: null, after_expiration: null },
    allow_promotion_codes: null,
    allowed_payment_method_types: terms.allowed_payment_method_types ?? null,
    ...{ amount_subtotal: amount, amount_total: amount },
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    ...{ billing_address_collection: null, cancel_url: terms.cancel_url ?? null },
    client_reference_id: terms.client_reference_id ?? null,
    ...{ client_secret: null, collected_information: null, consent: null, consent_collection: null },
    ...{ created: session.created, currency, currency_conversion: null, custom_fields: [] },
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    ...{ customer: null, customer_creation: 'if_required', customer_details: customerDetails(session) },
    customer_email: terms.customer_email ?? null,
    ...{ discounts: [], expires_at: session.expiresAt, invoice: null, invoice_creation: null },
    ...{
      livemode: session.livemode,
      locale: terms.locale ?? null,
      metadata: terms.metadata,
      mode: 'payment',
    },
    ...{
      payment_intent: session.intent?.id ?? null,
      payment_link: null,
      payment_method_collection: 'if_required',
    },
    ...{ payment_method_configuration_details: null, payment_method_options: {} },
    ...{
      payment_method_types: methodTypes({ ...terms, currency }),
      payment_status: session.paymentStatus,
      permissions: null,
    },
    ...{ recovered_from: null, setup_intent: null, shipping_address_collection: null, shipping_cost: null },
    ...{ shipping_options: [], status, submit_type: terms.submit_type ?? null, subscription: null },
    success_url: terms.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ...{
      ui_mode: 'hosted_page',
      url: status === 'open' ? origin + checkoutPath + id : null,
      wallet_options: null,
    },
  };
}

function customerDetails({ terms, status }: Session): object | null {
  if (status !== 'complete' && terms.customer_email === undefined) return null;
  return { address: null, email: terms.customer_email ?? 'payer@example.com', name: null, phone: null };
}
