// Genuine messages at the wrong door: of each provider and mode, merchant and environment, brought to the reader of every
// other. Only what is meant for a channel is read by it. The matrix grows with every bench.
import { describe, expect, test } from '@jest/globals';
import { CallbackRefused, type Callback } from '../../lib/gateways/gateway.ts';
import { providers } from '../../lib/gateways/registry.ts';
import { readerFor, says, type Bench, type Seat } from './bench.ts';
import { everyBench } from './benches.ts';

interface Channel extends Seat {
  readonly name: string;
  readonly bench: Bench;
}

const either = ['ours', 'another'] as const;
const channels: readonly Channel[] = everyBench.flatMap(([name, bench]) =>
  either.flatMap((merchant) => either.map((environment) => ({ name, bench, merchant, environment }))),
);

async function read({ bench, ...seat }: Channel, callback: Callback): Promise<string> {
  const reader = await readerFor(bench, callback, { door: bench.door(seat) });
  try {
    return reader.readNotification(callback).notification.kind;
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}

const sameSeat = (from: Channel, to: Channel) =>
  from.bench.provider === to.bench.provider &&
  from.merchant === to.merchant &&
  from.environment === to.environment;

const label = ({ name, merchant, environment }: Channel) =>
  `${name}, ${merchant} merchant, ${environment} environment`;

describe.each(channels.map((from) => [label(from), from] as const))('told by %s', (_, from) => {
  const callback = from.bench.callback(says({ merchant: from.merchant, environment: from.environment }));

  test('is read at its own door', async () => {
    expect(await read(from, callback)).toBe(from.bench.hints ? 'hint' : 'payment');
  });

  // Two modes of one account may share a key: what is meant for one of them may be read by the other.
  test.each(channels.filter((to) => !sameSeat(from, to)).map((to) => [label(to), to] as const))(
    'is refused at %s',
    async (__, to) => {
      expect(['malformed', 'not_authentic', 'not_opened', 'foreign', 'unreadable']).toContain(
        await read(to, callback),
      );
    },
  );
});

test('the matrix has every registered provider', () => {
  const names = new Set(channels.map(({ bench }) => bench.provider.name));
  expect([...names].sort()).toEqual(Object.keys(providers).sort());
});
