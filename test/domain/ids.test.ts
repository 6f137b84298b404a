import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  createdAt,
  isRefundId,
  isTransactionId,
  mostRefunds,
  newTransactionId,
  newUuid,
  paymentOf,
  refundIdOf,
  type IdSource,
} from '../../lib/domain/ids.ts';

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
const time = fc.nat(2 ** 48 - 1);

function source(now: number, bytes: Uint8Array): IdSource {
  return { now: () => now, randomBytes: () => Uint8Array.from(bytes) };
}

describe('a transaction id', () => {
  it('is a TypeID: the vector of its specification', () => {
    const uuid = '01890a5d-ac96-774b-bcce-b302099a8057';
    const given = source(0x01890a5dac96, Buffer.from(uuid.replaceAll('-', ''), 'hex'));
    expect(newTransactionId(given)).toBe('pay_01h455vb4pex5vsknk084sn02q');
    expect(newUuid(given)).toBe(uuid);
  });

  it('has the form that every channel takes, and is known again by it', () => {
    fc.assert(
      fc.property(time, sixteen, (now, bytes) => {
        const id = newTransactionId(source(now, bytes));
        expect(id).toMatch(/^pay_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
        expect(isTransactionId(id)).toBe(true);
      }),
    );
  });

  it('sorts by the millisecond it was made in', () => {
    fc.assert(
      fc.property(time, time, sixteen, sixteen, (a, b, first, second) => {
        fc.pre(a < b);
        expect(newTransactionId(source(a, first)) < newTransactionId(source(b, second))).toBe(true);
      }),
    );
  });

  it('says when it was made', () => {
    fc.assert(
      fc.property(time, sixteen, (now, bytes) => {
        expect(createdAt(newTransactionId(source(now, bytes)))).toBe(now);
      }),
    );
  });

  it('keeps every bit of chance: other chance, other id', () => {
    const bit = fc.integer({ min: 0, max: 79 });
    fc.assert(
      fc.property(time, sixteen, bit, (now, bytes, place) => {
        const other = Uint8Array.from(bytes);
        const at = 6 + (place >> 3);
        other[at] = (other[at] ?? 0) ^ (1 << (place & 7));
        const same = newTransactionId(source(now, bytes)) === newTransactionId(source(now, other));
        const fixed = (at === 6 && (place & 7) >= 4) || (at === 8 && (place & 7) >= 6);
        expect(same).toBe(fixed);
      }),
    );
  });

  it.each([
    '',
    'pay_',
    'rfd_01h455vb4pex5vsknk084sn02q',
    'PAY_01h455vb4pex5vsknk084sn02q',
    'pay_01H455VB4PEX5VSKNK084SN02Q',
    'pay_81h455vb4pex5vsknk084sn02q',
    'pay_01h455vb4pex5vsknk084sn02',
    'pay_01h455vb4pex5vsknk084sn02q\n',
    'pay_01h455vb4pex5vsknk084sn02qq',
    'pay_01h455vb4pex5vsknk084sn02u',
    ' pay_01h455vb4pex5vsknk084sn02q',
    `pay_${'0'.repeat(10_240)}`,
  ])('is not %j', (text) => {
    expect(isTransactionId(text)).toBe(false);
  });
});

describe('a refund id', () => {
  const number = fc.nat(mostRefunds - 1);
  const payment = fc.tuple(time, sixteen).map(([now, bytes]) => newTransactionId(source(now, bytes)));

  it('says of which payment it is, is known again by its form, and fits every channel', () => {
    fc.assert(
      fc.property(payment, number, (of, place) => {
        const id = refundIdOf(of, place);
        expect(paymentOf(id)).toBe(of);
        expect(isRefundId(id)).toBe(true);
        expect(isTransactionId(id)).toBe(false);
        expect(id).toMatch(/^[a-z0-9_]{32}$/);
      }),
    );
  });

  it('is another for each of a payment’s refunds, and sorts as they were made', () => {
    const of = newTransactionId(source(0, new Uint8Array(16)));
    const all = Array.from({ length: mostRefunds }, (_, place) => refundIdOf(of, place));
    expect(new Set(all).size).toBe(mostRefunds);
    expect([...all].sort()).toEqual(all);
  });

  it.each([-1, mostRefunds, 0.5, NaN])('has no number %d', (place) => {
    const of = newTransactionId(source(0, new Uint8Array(16)));
    expect(() => refundIdOf(of, place)).toThrow('no refund number');
  });

  it.each([
    '',
    'pay_01h455vb4pex5vsknk084sn02q',
    'pay_01h455vb4pex5vsknk084sn02q00',
    'rfd_01h455vb4pex5vsknk084sn02q',
    'rfd_01h455vb4pex5vsknk084sn02q0',
    'rfd_01h455vb4pex5vsknk084sn02q000',
    'rfd_01h455vb4pex5vsknk084sn02q0u',
    'RFD_01h455vb4pex5vsknk084sn02q00',
    'rfd_81h455vb4pex5vsknk084sn02q00',
    'rfd_01h455vb4pex5vsknk084sn02q00\n',
    `rfd_${'0'.repeat(10_240)}`,
  ])('is not %j', (text) => {
    expect(isRefundId(text)).toBe(false);
  });
});

describe('a UUID', () => {
  it('is of version 7', () => {
    fc.assert(
      fc.property(time, sixteen, (now, bytes) => {
        expect(newUuid(source(now, bytes))).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });
});
