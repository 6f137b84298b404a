// Carries notices to the merchant until the body of the answer is exactly `success`, on Alipay's own schedule.
import type { CallbackFault, Faults } from '../faults.ts';
import type { Ports } from '../ports.ts';
import type { Signers } from './application.ts';
import { written, type Notice } from './notice.ts';

const minute = 60_000;
const hour = 60 * minute;
/** ms from one delivery to the next: eight deliveries within 25 hours */
export const retryAfter = [
  4 * minute,
  10 * minute,
  10 * minute,
  hour,
  2 * hour,
  6 * hour,
  15 * hour,
] as const;

/** The type that Alipay really sends: not a well-formed one, to be ignored by whoever reads the form. */
const contentType = 'application/x-www-form-urlencoded; text/html; charset=utf-8';
/** ms of real time */
const patience = 10_000;

/** One delivery with the merchant's answer. */
export interface Delivery {
  readonly transaction_id: string;
  readonly notify_id: string;
  /** UTC ISO-8601 ms */
  readonly at: string;
  readonly attempt: number;
  readonly url: string;
  /** null when nothing came back */
  readonly status: number | null;
  readonly body: string | null;
  /** taken for good: a spoiled delivery never is, the genuine one follows on schedule */
  readonly accepted: boolean;
  readonly fault?: CallbackFault;
  readonly error?: string;
  next_at?: string;
}

interface Parcel {
  readonly transactionId: string;
  readonly url: string;
  readonly notice: Notice;
  readonly signers: Signers;
  attempts: number;
  accepted: boolean;
  cancel?: () => void;
}

type Answer = Pick<Delivery, 'status' | 'body' | 'error'>;

export class Deliveries {
  readonly #ports: Ports;
  readonly #faults: Faults;
  readonly #parcels: Parcel[] = [];
  readonly #done: Delivery[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(ports: Ports, faults: Faults) {
    this.#ports = ports;
    this.#faults = faults;
  }

  /** Sends at once, then again and again. */
  announce(transactionId: string, url: string, notice: Notice, signers: Signers): void {
    const parcel: Parcel = { transactionId, url, notice, signers, attempts: 0, accepted: false };
    this.#parcels.push(parcel);
    const delay = this.#faults.takeCallback(transactionId, (fault) => fault === 'delayed');
    if (delay) this.#wait(parcel, 0, this.#ports.now() + delay.delayMs);
    else void this.#deliver(parcel, 0);
  }

  /** Once, beside the schedule. @returns whether there was a notice to send again */
  async resend(transactionId: string): Promise<boolean> {
    const parcel = this.#parcels.findLast((each) => each.transactionId === transactionId);
    if (parcel) await this.#deliver(parcel);
    return parcel !== undefined;
  }

  made(transactionId?: string): readonly Delivery[] {
    return this.#done.filter((each) => transactionId === undefined || each.transaction_id === transactionId);
  }

  /** Resolves when no delivery is under way; those that wait for their time do not count. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  stop(): void {
    this.#stopped.abort();
    for (const parcel of this.#parcels) parcel.cancel?.();
  }

  #wait(parcel: Parcel, round: number, at: number): void {
    parcel.cancel = this.#ports.schedule(at, () => this.#deliver(parcel, round));
  }

  async #deliver(parcel: Parcel, round?: number): Promise<void> {
    const work = this.#attempt(parcel, round);
    this.#underWay.add(work);
    await work.finally(() => this.#underWay.delete(work));
  }

  /** @param round how many deliveries of the schedule went before; without it, none follows either */
  async #attempt(parcel: Parcel, round?: number): Promise<void> {
    const [at, attempt] = [this.#ports.now(), ++parcel.attempts];
    const planted = (fault: CallbackFault) => fault !== 'delayed' && fault !== 'early';
    const fault = this.#faults.takeCallback(parcel.transactionId, planted)?.fault;
    const sent = Array.from({ length: fault === 'duplicated' ? 2 : 1 }, () => this.#post(parcel, fault));
    const answers = await Promise.all(sent);
    if (this.#stopped.signal.aborted) return;
    const records = answers.map((answer) => this.#record(parcel, answer, { at, attempt, fault }));
    if (parcel.accepted) parcel.cancel?.();
    const pause = round === undefined ? undefined : retryAfter[round];
    if (parcel.accepted || round === undefined || pause === undefined) return;
    for (const record of records) record.next_at = new Date(at + pause).toISOString();
    this.#wait(parcel, round + 1, at + pause);
  }

  #record(
    parcel: Parcel,
    answer: Answer,
    facts: { at: number; attempt: number; fault: CallbackFault | undefined },
  ): Delivery {
    const genuine = facts.fault === undefined || facts.fault === 'duplicated';
    const accepted = genuine && answer.status === 200 && answer.body === 'success';
    parcel.accepted ||= accepted;
    const { transactionId: transaction_id, url, notice } = parcel;
    const record: Delivery = {
      transaction_id,
      notify_id: notice['notify_id'] ?? '',
      at: new Date(facts.at).toISOString(),
      attempt: facts.attempt,
      url,
      ...answer,
      accepted,
      ...(facts.fault ? { fault: facts.fault } : {}),
    };
    this.#done.push(record);
    const { attempt, status } = record;
    this.#ports.onEvent({ name: 'alipay.notified', transaction_id, attempt, status, accepted });
    return record;
  }

  async #post(parcel: Parcel, fault: CallbackFault | undefined): Promise<Answer> {
    if (fault === 'lost') return lost;
    try {
      const response = await this.#ports.fetch(parcel.url, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: written(parcel.notice, fault, parcel.signers),
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(patience)]),
      });
      return { status: response.status, body: (await response.text()).slice(0, 2000) };
    } catch (error) {
      return { status: null, body: null, error: `No answer: ${reason(error)}` };
    }
  }
}

const lost: Answer = { status: null, body: null, error: 'Lost on the way: it was never sent.' };

function reason(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { message, code } = cause as { message?: string; code?: string | number };
  return message || String(code);
}
