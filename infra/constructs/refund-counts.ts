// Which counts about refunds call somebody.
import { Duration } from 'aws-cdk-lib';
import type { CountAlarm } from './counts.ts';

export const refundAlarms = {
  refund_contradicted: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'A provider’s word about a refund does not fit ours: another amount, another payment’s money, or another refund than the one we know; then the money may have gone TWICE. Nothing was changed. A callback that says so is kept; of an answer to a question only the log line is there.',
    cause:
      'The refund was changed at the provider’s console, or its number belongs to another refund there, or it was made there a second time.',
    firstStep:
      'Read the log line refund.callback_contradicts (a callback) or refund.contradicted (an answer to a question), whose reason says what does not fit, and look the refund up in the provider’s console. For other_refund, see there how often the money went.',
  },
  refund_needs_action: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'A refund cannot go on before a person has done something: the payer waits. Its amount stays reserved, and its number stays the same.',
    cause:
      'needs_action says which: the merchant’s balance is too low, the payer’s account does not take it, or the channel is not configured as it should be.',
    firstStep:
      'Read GET /refunds/transactions/{refund_id}. Top up the balance, see to it at the provider’s console, or put the channel right: it is sent again by itself.',
  },
  refund_overdue: {
    threshold: 1,
    // Counted once a day for each.
    period: Duration.days(1),
    severity: 'urgent',
    impact:
      'A refund is more than 30 days old and its channel still does not say what became of it: the payer may have waited all that time. It keeps being asked for.',
    cause: 'The channel answers that it is under way, or not at all.',
    firstStep: 'Read the log line refund.overdue, and look the refund up in the provider’s console.',
  },
  refund_unconfirmed: {
    threshold: 1,
    period: Duration.days(1),
    severity: 'notice',
    impact:
      'A BALANCE or OFFLINE refund was handed over a day ago, and nobody has said that it was carried out.',
    cause: 'Its owner has not confirmed it: perhaps the payer has not got the money.',
    firstStep: 'Read the log line refund.unconfirmed, and ask the owner of the balance or of the cash desk.',
  },
  refund_reversed: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'Money that had been refunded came back to the merchant: the payer has not got it. The amount can be refunded again.',
    cause: 'The payer’s bank or card does not take it (closed account, expired card).',
    firstStep: 'Read the refund of the log line refund.reversed, and agree with the payer on another way.',
  },
  refund_beyond_paid: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'More of a payment has gone back, or is on its way, than was paid: the merchant loses the difference.',
    cause:
      'A refund that had been refused went after all, or was made at the provider’s console, when its amount had been given back by another.',
    firstStep:
      'Read the payment’s refunds, compare them with the provider’s console, and ask the payer for what is too much.',
  },
  refund_unanswered: {
    threshold: 20,
    severity: 'urgent',
    impact:
      'A provider does not say what became of refunds: payers wait longer. None is sent twice, and none is given up.',
    cause:
      'The provider, or the way to it, fails or is slow: at least 20 steps and questions in 5 minutes brought no answer.',
    firstStep:
      'Read the reasons in the log lines refund.unanswered of refund-steps and of sync-transaction, then the provider’s status page.',
  },
  refund_not_begun: {
    threshold: 5,
    severity: 'notice',
    impact:
      'Workflows of refunds had not begun or were gone, and were begun anew: those refunds are later than they need be.',
    cause: 'Step Functions, or the way to it, fails, or executions of the workflow fail.',
    firstStep:
      'Read the log lines refund.not_begun and refund.workflow_begun, and the failed executions of the workflow.',
  },
} satisfies Record<string, CountAlarm>;
