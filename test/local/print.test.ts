import { describe, expect, it } from '@jest/globals';
import { type Line, openJournal } from '../../local/journal.ts';
import { banner, readable } from '../../local/print.ts';

const id = 'pay_01k9zq4m7xe8wv3t5n2r6y0abc';
const at = '2026-01-31T12:00:00.000Z';
const openJournalOf = (lines: Line[]) =>
  openJournal(
    () => Date.parse(at),
    (line) => lines.push(line),
  );

describe('what people read', () => {
  it('is one line of at most 80 columns: time, who, what, which payment', () => {
    const line = readable({ at, from: 'apply-notification', name: 'payment.paid', transaction_id: id });
    expect(line).toMatch(
      /^\d\d:\d\d:\d\d apply-notification payment\.paid {9}pay_01k9zq4m7xe8wv3t5n2r6y0abc$/,
    );
    expect(line.length).toBeLessThanOrEqual(80);
  });

  it('goes on in the next line, under what happened, when there is more to say', () => {
    const error = {
      name: 'Error',
      message: 'the gateway did not answer in time and was given up after 20 seconds',
    };
    const lines = readable({
      at,
      from: 'create-payment',
      name: 'request.failed',
      level: 'ERROR',
      error,
    }).split('\n');
    expect(lines[0]).toContain('ERROR request.failed error=Error: the gateway');
    expect(lines.length).toBe(2);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines[1]).toMatch(/^ {28}\S/);
  });

  it('opens with a banner of at most 80 columns', () => {
    const ready = {
      api: 'http://127.0.0.1:40000/v1',
      gateways: 'http://127.0.0.1:40001',
      control: 'http://127.0.0.1:40002',
      region: 'us-east-1',
      accessKeyId: 'A'.repeat(20),
      secretAccessKey: 's'.repeat(40),
      readyMs: 2345,
    };
    const lines = banner(ready, undefined).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.join('\n')).toContain('Ready in 2.3 s');
  });
});

describe('the journal', () => {
  it('tells log lines without what is the same on each, keeps them whole, and leaves metrics out', () => {
    const lines: Line[] = [];
    const journal = openJournalOf(lines);
    const entry = {
      level: 'INFO',
      message: 'payment.created',
      cold_start: true,
      service: 'payments',
      transaction_id: id,
    };
    journal.logged('create-payment', JSON.stringify(entry));
    journal.logged('create-payment', JSON.stringify({ _aws: {}, anomaly_found: 1 }));
    journal.logged('create-payment', 'plain words');
    expect(lines).toEqual([
      { at, from: 'create-payment', name: 'payment.created', level: 'INFO', transaction_id: id },
      { at, from: 'create-payment', name: 'plain words' },
    ]);
    expect(journal.log(id)).toEqual([{ function: 'create-payment', ...entry }]);
    expect(journal.log(undefined)).toHaveLength(2);
  });

  it('finds the events of a payment, as a subscriber got them', () => {
    const lines: Line[] = [];
    const journal = openJournalOf(lines);
    const event = {
      id: 'e',
      time: at,
      source: 'payments',
      'detail-type': 'payment.paid',
      detail: { id: `${id}.3` },
    };
    journal.published(event);
    journal.published({ ...event, detail: { id: 'pay_other' } });
    expect(journal.events(id)).toEqual([event]);
    expect(lines[0]).toEqual({ at, from: 'bus', name: 'payment.paid', transaction_id: id });
  });
});
