// No grant is missing and none is superfluous: each one is taken away in turn, and what needs it is seen to fail.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '../../infra/operations.ts';
import type { Permission } from '../../local/aws/gate/policy.ts';
import type { Line } from '../../local/journal.ts';
import { type Machine, startMachine } from '../../local/machine.ts';
import { isDenial, openJourneys, type Journeys } from './journeys.ts';

jest.setTimeout(60_000);

const lines: Line[] = [];
let machine: Machine;
let journeys: Journeys;

beforeAll(async () => {
  machine = await startMachine({ port: 0, onLine: (line) => lines.push(line) });
  journeys = await openJourneys(machine, lines);
});
afterAll(() => machine.stop());

/**
 * Channel ALIPAY_CERT signs with KMS: its secret is read only when it goes back to a private key that is sent. And no
 * provider here hands out keys that would be asked for, with a signature, and written.
 */
function isForLater(operation: keyof typeof operations, { action, resource }: Permission): boolean {
  if (operation === 'refresh-platform-keys' && unasked.test(action)) return true;
  return (
    operations[operation].needs.some((need) => need === 'channel-keys:sign') &&
    action === 'secretsmanager:GetSecretValue' &&
    resource.includes('ALIPAY_CERT')
  );
}

const unasked = /^(dynamodb:PutItem|kms:(Sign|Encrypt|GenerateDataKey))$/;

/** Takes one permission away, and looks who misses it. */
async function isMissed(operation: keyof typeof operations, permission: Permission): Promise<boolean> {
  const text = `${permission.action} ${permission.resource}`;
  const { gate, functions } = machine;
  const giveBack = gate.access.withhold(permission);
  try {
    if (functions.forbidden().some((sentence) => names(sentence, permission))) return true;
    // What an earlier sandbox has read, and remembers, would not be asked for again.
    await functions.byOperation.get(operation)?.fn.renew();
    const [, , journey = journeys.usual[operation]] =
      journeys.seldom.find(([of, pattern]) => of === operation && pattern.test(text)) ?? [];
    const since = lines.length;
    const fine = await journey();
    const said = lines.slice(since).filter(({ from }) => from === operation);
    if (permission.action.startsWith('logs:')) return fine && said.some(({ name }) => name === 'log.lost');
    const denied = said.some(
      (line) =>
        isDenial(line, operation) &&
        names(`${String(line['action'])} ${String(line['resource'])}`, permission),
    );
    return denied && !fine;
  } finally {
    giveBack();
  }
}

function names(sentence: string, { action, resource }: Permission): boolean {
  return sentence.includes(action) && sentence.includes(resource.replace(/\*$/, ''));
}

test.each(Object.keys(operations) as (keyof typeof operations)[])(
  '%s: all goes well, and no longer when any grant is missing',
  async (operation) => {
    const grants = machine.gate.access.grantsOf(machine.functions.byOperation.get(operation)?.roleArn ?? '');
    expect(grants.length).toBeGreaterThan(5);
    const superfluous: string[] = [];
    for (const grant of grants)
      if (!isForLater(operation, grant) && !(await isMissed(operation, grant)))
        superfluous.push(`${grant.action} ${grant.resource}`);
    expect(superfluous).toEqual([]);
    await machine.functions.byOperation.get(operation)?.fn.renew();
    const since = lines.length;
    for (const journey of [
      journeys.usual[operation],
      ...journeys.seldom.filter(([of]) => of === operation).map(([, , one]) => one),
    ])
      expect(await journey()).toBe(true);
    expect(lines.slice(since).filter((line) => isDenial(line, operation))).toEqual([]);
  },
);
