// What is said of an error.

/** May money have moved by the request that got this answer? */
export type MoneyOutcome = 'not_attempted' | 'declined' | 'unknown';

export interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  readonly outcome: MoneyOutcome;
  readonly en: string;
  readonly zh: string;
}

export const refused = (status: number, en: string, zh: string): ErrorRow => ({
  status,
  retryable: false,
  outcome: 'not_attempted',
  en,
  zh,
});

export const later = (status: number, en: string, zh: string): ErrorRow => ({
  ...refused(status, en, zh),
  retryable: true,
});
