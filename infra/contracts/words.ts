// What each field of requests, answers and events means: said once, used by every document. A field without a word stops
// the generator.
const instant = 'UTC, ISO 8601';
const decimal = 'decimal text with the decimals of its currency, like "8.80"; never a number';

const words: Readonly<Record<string, string>> = {
  // a payment
  transaction_id: 'Our number of the payment, for ever.',
  application: 'The calling application that the payment belongs to; only operators may name another’s.',
  business_order_id: 'The order’s number at your application. One order is paid once.',
  business_order_type:
    'Keeps two kinds of orders with the same numbers apart; part of the order’s identity when sent.',
  user_id: 'Your own id of the payer; no name, no address.',
  payment_channel: 'The configured channel, like ALIPAY.',
  channel_preference:
    'In the place of payment_channel: channels in the order in which they are to be tried, each by payment_method or by a method of its own. The next one is tried only when one provably refused.',
  openid: 'The payer’s id at the channel, where the method needs it.',
  client_ip: 'The payer’s address, where the method needs it.',
  payment_method: 'The product of that channel, like alipay_qr.',
  payee: 'Whom the channel collected for when the payment was made.',
  merchant_id: 'The merchant’s number at the channel.',
  app_id: 'The application’s number at the channel.',
  amount: `An amount: ${decimal}.`,
  currency: 'ISO 4217, three capital letters.',
  amount_requested: `What was asked for: ${decimal}.`,
  amount_paid: `The order total that the channel confirmed, discounts included: ${decimal}.`,
  channel_amounts: 'What the payer gave and the merchant gets, by the channel’s word.',
  payer_total: `What the payer gave: ${decimal}.`,
  merchant_received: `What the merchant gets: ${decimal}.`,
  subject: 'What is paid for, as the payer reads it. A text that holds a card number is refused.',
  metadata: 'Your own notes, returned as they came: at most 20 keys of 40 characters with values of 200.',
  status: 'The state of the payment: see states.md.',
  gateway_transaction_id: 'The channel’s own number of the payment.',
  payment_instrument: 'What the payer used, masked.',
  error_code: 'Why it failed, from the table of errors.',
  error_message: 'The same in words, by Accept-Language.',
  channel_error_code: 'The channel’s own word for it.',
  anomaly: 'Money that came late, twice or wrong: kept beside the status, which does not move.',
  other_anomalies: 'The other late or wrong money of this payment, decided about or not.',
  created_at: `When it was made: ${instant}.`,
  updated_at: `When it last changed: ${instant}.`,
  expires_at: `Until when it can be paid: ${instant}.`,
  paid_at: `When it was paid, by the channel’s clock: ${instant}.`,
  closed_at: `When it was closed: ${instant}.`,
  close_requested_at: `Since when it is to be closed without the channel’s confirmation; money since then is late: ${instant}.`,
  superseded_by: 'The payment that took its place when the payer chose another way.',
  return_url: 'Where the payer’s browser goes in the end, with `transaction_id` and `status` in its query.',
  prepay_info: 'The means to pay, while the payment can be paid.',
  kind: 'Which of its kinds it is.',
  url: 'Where to send the payer’s browser.',
  parameters: 'For the channel’s SDK in your app, as they are.',
  resolution: 'What was decided about it; absent while it waits for a decision.',
  action: '`accept`: the money is taken for the payment; `dismiss`: it was dealt with elsewhere.',
  by: '`policy`, or the application of the person.',
  qr_code: 'The text to show to the payer as a QR code.',
  found_at: `When it was found: ${instant}.`,
  // lists and timelines
  items: 'Newest first.',
  next_cursor: 'Send it as `cursor` for the next page; null = that was all.',
  cursor: '`next_cursor` of the page before; it belongs to this list only.',
  limit: 'How many at most, 1 to 50; 20 if absent.',
  events: 'Everything that happened, oldest first.',
  name: 'What happened, by the name of its event.',
  at: `When it happened: ${instant}.`,
  actor: 'Who did it: an application, or `channel:<code>`.',
  reason: 'On what ground.',
  before: 'What changed, as it was; null = was not there.',
  after: 'What changed, as it is since; the first event has all facts.',
  hash: 'SHA-256, hex, over the event and the hash of the one before it.',
  version: 'Rises by one with every change.',
  // published events
  id: '`<transaction_id>/<version>`: the same event told twice has the same id.',
  occurred_at: `When it happened: ${instant}.`,
  data: 'All facts of the payment as they are since this event.',
  // channels
  channel_code: 'The channel, like ALIPAY.',
  provider: 'The adapter that speaks to it.',
  environment: 'Which of the provider’s environments.',
  gateway_url: 'Base URL of the gateway; only for `local`.',
  callback_url_payment: 'Where the provider posts its callbacks: an https URL.',
  callback_source_policy:
    'What becomes of callbacks from addresses that are not listed; `monitor` if absent.',
  callback_source_ranges: 'The provider’s addresses, as CIDR ranges; at most 64.',
  is_active: 'Whether new payments may be made on it. Callbacks are heard in any case.',
  public_key_platform: 'The provider’s public key, PEM or bare base64: proves its answers and callbacks.',
  private_key_merchant: 'The merchant’s private key, PEM or bare base64. It goes in and never comes out.',
  api_v3_key: 'The APIv3 key, 32 characters: opens what callbacks carry. It goes in and never comes out.',
  secret_fingerprints: 'Short public marks of the secrets, to compare; never the secrets.',
  updated_by: 'Which caller changed it last.',
  anomaly_policy:
    'What becomes of late or wrong money by itself, per kind: `hold` (if not named) or `accept`.',
  PAID_AFTER_CLOSE: 'Money for a payment that was closed, or was to be closed.',
  DUPLICATE_PAID: 'Money for an order that is paid already.',
  OVERPAID: 'More than was asked for.',
  UNDERPAID: 'Less than was asked for.',
  WRONG_PAYEE: 'Money for another merchant or application.',
  CURRENCY_MISMATCH: 'Money in another currency.',
  GATEWAY_ID_REUSED: 'The channel’s number belongs to another payment.',
  signing_key:
    'The key in KMS that the channel signs with; without one it signs with `private_key_merchant`.',
  signing_keys:
    'All keys of the channel in KMS, those too that it does not sign with yet; in answers of GET, where the stage declares any. One that is disabled has no `public_key`.',
  public_key: 'Its public half: what the provider’s console wants.',
  app_certificate:
    'The application’s certificate, PEM: instead of `public_key_platform`, with the two below.',
  certificate_platform: 'The provider’s certificate, PEM: proves its answers and callbacks.',
  root_certificate_platform: 'The provider’s root certificates, a PEM bundle.',
  // quarantine
  digest: 'SHA-256, hex, of the proved facts: the provider’s repeats share it.',
  received_at: `When it came: ${instant}.`,
  what: 'What it is about.',
  facts: 'What the provider said, proved.',
  state: 'How the provider says it stands.',
  notice_id: 'The provider’s own name of this piece of news.',
  headers: 'Those that were kept.',
  body_base64: 'The exact bytes that came.',
  // problems
  type: '`urn:payments:error:<code>`.',
  title: 'What the code means, by Accept-Language.',
  detail: 'What happened here, in a sentence.',
  instance: 'The path that was asked for.',
  code: 'From the table of errors; programs decide by this.',
  retryable: 'Whether the same request may succeed later.',
  outcome: 'May money have moved by this request? `unknown`: repeat it with the same Idempotency-Key.',
  request_id: 'Give it to the payment team when you ask.',
  param: 'The field that is wrong.',
  errors: 'All fields that are wrong.',
  channel: 'The channel’s own code for it, and our name of the reason.',
  message: 'Our name of the reason.',
};

/** @throws Error for a field that nobody has described */
export function word(field: string): string {
  const found = Object.hasOwn(words, field) ? words[field] : undefined;
  if (found === undefined) throw new Error(`The field ${field} has no word in infra/contracts/words.ts.`);
  return found;
}
