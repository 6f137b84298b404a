// Genuine messages at the wrong door: of each provider and mode, for each merchant, to the reader of every other. Only what
// is meant for a channel is read by it. The matrix grows with every bench.
import { describe, expect, test } from '@jest/globals';
import { CallbackRefused, type Callback } from '../../lib/gateways/gateway.ts';
import { noon, says, type Bench } from './bench.ts';
import { everyBench } from './benches.ts';

function read({ provider, config, proofs }: Bench, callback: Callback): string {
  const ports = { now: () => noon, fetch: () => Promise.reject(new Error('a reader calls nobody')) };
  try {
    return provider.reader(config, ports, proofs).readNotification(callback).notification.kind;
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}

/** Two modes of one account may share a key: what is meant for one of them may be read by the other. */
const cells = everyBench.flatMap(([from, bench]) =>
  (['ours', 'another'] as const).flatMap((merchant) =>
    everyBench
      .filter(([to, reader]) => merchant === 'another' || from === to || bench.provider !== reader.provider)
      .map(([to, reader]) => ({ from, bench, merchant, to, reader })),
  ),
);

describe('a genuine payment', () => {
  test.each(cells)('told by $from, $merchant merchant, to $to', ({ from, bench, merchant, to, reader }) => {
    const told = read(reader, bench.callback(says({ merchant })));
    expect(told === 'payment').toBe(from === to && merchant === 'ours');
    expect(['payment', 'malformed', 'not_authentic', 'foreign', 'unreadable']).toContain(told);
  });
});
