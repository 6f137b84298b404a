// Carries notices to a merchant until it takes them for good, each provider by its own schedule.
import type { About, AnyCallbackFault, Faults } from './faults.ts';
import type { Ports } from './ports.ts';

/** How a provider delivers. */
export interface Manners {
  readonly provider: string;
  /** ms from one delivery to the next */
  readonly retryAfter: readonly number[];
  /** ms of real time that the merchant's answer may take */
  readonly patience: number;
  /** whether the merchant's answer ends the matter */
  takes(status: number, body: string): boolean;
}

/** Something to tell a merchant. */
export interface Notice<Fault> {
  /** payments unless said */
  readonly about?: About;
  readonly transactionId: string;
  readonly url: string;
  /** the same over all deliveries */
  readonly id: string;
  /** One delivery, signed now, and spoiled where a fault is given. */
  write(fault: Fault | undefined): { readonly headers: Record<string, string>; readonly body: string };
}

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
  readonly fault?: AnyCallbackFault;
  readonly error?: string;
  next_at?: string;
}

interface Parcel<Fault> {
  readonly notice: Notice<Fault>;
  attempts: number;
  accepted: boolean;
  cancel?: () => void;
}

type Answer = Pick<Delivery, 'status' | 'body' | 'error'>;

export class Deliveries<Fault extends AnyCallbackFault> {
  readonly #ports: Ports;
  readonly #faults: Faults<Fault>;
  readonly #manners: Manners;
  readonly #parcels: Parcel<Fault>[] = [];
  readonly #done: Delivery[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(ports: Ports, faults: Faults<Fault>, manners: Manners) {
    this.#ports = ports;
    this.#faults = faults;
    this.#manners = manners;
  }

  /** Sends at once, then again and again. */
  announce(notice: Notice<Fault>): void {
    const parcel: Parcel<Fault> = { notice, attempts: 0, accepted: false };
    this.#parcels.push(parcel);
    const { transactionId, about } = notice;
    const delay = this.#faults.takeCallback(transactionId, (fault) => fault === 'delayed', about);
    if (delay) this.#wait(parcel, 0, this.#ports.now() + delay.delayMs);
    else void this.#deliver(parcel, 0);
  }

  /** Once, beside the schedule. @returns whether there was a notice to send again */
  async resend(transactionId: string): Promise<boolean> {
    const parcel = this.#parcels.findLast(({ notice }) => notice.transactionId === transactionId);
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

  #wait(parcel: Parcel<Fault>, round: number, at: number): void {
    parcel.cancel = this.#ports.schedule(at, () => this.#deliver(parcel, round));
  }

  async #deliver(parcel: Parcel<Fault>, round?: number): Promise<void> {
    const work = this.#attempt(parcel, round);
    this.#underWay.add(work);
    await work.finally(() => this.#underWay.delete(work));
  }

  /** @param round how many deliveries of the schedule went before; without it, none follows either */
  async #attempt(parcel: Parcel<Fault>, round?: number): Promise<void> {
    const [at, attempt] = [this.#ports.now(), ++parcel.attempts];
    const planted = (fault: Fault) => fault !== 'delayed' && fault !== 'early';
    const { transactionId, about } = parcel.notice;
    const fault = this.#faults.takeCallback(transactionId, planted, about)?.fault;
    const sent = Array.from({ length: fault === 'duplicated' ? 2 : 1 }, () =>
      this.#post(parcel.notice, fault),
    );
    const answers = await Promise.all(sent);
    if (this.#stopped.signal.aborted) return;
    const records = answers.map((answer) => this.#record(parcel, answer, { at, attempt, fault }));
    if (parcel.accepted) parcel.cancel?.();
    const pause = round === undefined ? undefined : this.#manners.retryAfter[round];
    if (parcel.accepted || round === undefined || pause === undefined) return;
    for (const record of records) record.next_at = new Date(at + pause).toISOString();
    this.#wait(parcel, round + 1, at + pause);
  }

  #record(
    parcel: Parcel<Fault>,
    answer: Answer,
    facts: { at: number; attempt: number; fault: Fault | undefined },
  ): Delivery {
    const genuine = facts.fault === undefined || facts.fault === 'duplicated';
    const { provider } = this.#manners;
    const accepted =
      genuine && answer.status !== null && this.#manners.takes(answer.status, answer.body ?? '');
    parcel.accepted ||= accepted;
    const { transactionId: transaction_id, url, id } = parcel.notice;
    const record: Delivery = {
      transaction_id,
      notify_id: id,
      at: new Date(facts.at).toISOString(),
      attempt: facts.attempt,
      url,
      ...answer,
      accepted,
      ...(facts.fault ? { fault: facts.fault } : {}),
    };
    this.#done.push(record);
    const { attempt, status } = record;
    this.#ports.onEvent({ name: `${provider}.notified`, transaction_id, attempt, status, accepted });
    return record;
  }

  async #post(notice: Notice<Fault>, fault: Fault | undefined): Promise<Answer> {
    if (fault === 'lost') return lost;
    try {
      const response = await this.#ports.fetch(notice.url, {
        method: 'POST',
        ...notice.write(fault),
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.#manners.patience)]),
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
