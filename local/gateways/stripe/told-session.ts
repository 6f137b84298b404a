// A Checkout Session as Stripe tells it.
// @see https://docs.stripe.com/api/checkout/sessions/object
import { checkoutPath } from './addresses.ts';
import type { Session } from './sessions.ts';
import { blanks, methodTypes } from './told.ts';

/** @param origin where the pages for payers live */
export function toldSession(session: Session, origin: string): object {
  const { id, terms, amount, currency, status } = session;
  return {
    ...unused,
    id,
    object: 'checkout.session',
    allowed_payment_method_types: terms.allowed_payment_method_types ?? null,
    amount_subtotal: amount,
    amount_total: amount,
    automatic_tax: { enabled: false, ...blanks('liability provider status') },
    cancel_url: terms.cancel_url ?? null,
    client_reference_id: terms.client_reference_id ?? null,
    created: session.created,
    currency,
    custom_fields: [],
    custom_text: blanks('after_submit shipping_address submit terms_of_service_acceptance'),
    customer_creation: 'if_required',
    customer_details: customerDetails(session),
    customer_email: terms.customer_email ?? null,
    discounts: [],
    expires_at: session.expiresAt,
    livemode: session.livemode,
    locale: terms.locale ?? null,
    metadata: terms.metadata,
    mode: 'payment',
    payment_intent: session.intent?.id ?? null,
    payment_method_collection: 'if_required',
    payment_method_options: {},
    payment_method_types: methodTypes({ ...terms, currency }),
    payment_status: session.paymentStatus,
    shipping_options: [],
    status,
    submit_type: terms.submit_type ?? null,
    success_url: terms.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: status === 'open' ? origin + checkoutPath + id : null,
  };
}

const unused = blanks(
  'adaptive_pricing after_expiration allow_promotion_codes billing_address_collection client_secret ' +
    'collected_information consent consent_collection currency_conversion customer customer_account ' +
    'integration_identifier invoice invoice_creation managed_payments origin_context payment_link ' +
    'payment_method_configuration_details permissions recovered_from saved_payment_method_options setup_intent ' +
    'shipping_address_collection shipping_cost subscription wallet_options',
);

function customerDetails({ terms, status }: Session): object | null {
  if (status !== 'complete' && terms.customer_email === undefined) return null;
  return { address: null, email: terms.customer_email ?? 'payer@example.com', name: null, phone: null };
}
