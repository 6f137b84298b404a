// No grant is missing and none is superfluous: each one is taken away in turn, and what needs it is seen to fail.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '../../infra/operations.ts';
import type { Permission } from '../../local/aws/gate/policy.ts';
import type { Line } from '../../local/journal.ts';
import { type Machine, startMachine } from '../../local/machine.ts';
import { channelsOf } from './channels.ts';
import { isDenial, openJourneys, type Journeys } from './journeys.ts';

jest.setTimeout(300_000);

const lines: Line[] = [];
let machine: Machine;
let journeys: Journeys;

beforeAll(async () => {
  machine = await startMachine({ port: 0, onLine: (line) => lines.push(line) });
  journeys = await openJourneys(machine, lines);
});
afterAll(() => machine.stop());

/** Grants that nothing here asks for: each with its reason, and only as long as that holds. */
function isForLater(operation: keyof typeof operations, { action, resource }: Permission): boolean {
  const { signingKeys = [] } = channelsOf(machine).find(({ code }) => code === 'ALIPAY_CERT') ?? {};
  switch (action) {
    // Channel ALIPAY_CERT signs with KMS, and has nothing else that is secret: its secret is read when it goes back to a
    // private key that is sent.
    case 'secretsmanager:GetSecretValue':
      return /channels\/ALIPAY_CERT\b/.test(resource);
    // Alipay hands out no keys, so that nobody asks it for any; and whoever keeps a list of events has nothing signed.
    case 'kms:Sign':
      return (
        operation === 'catch-up' || (operation === 'refresh-platform-keys' && signingKeys.includes(resource))
      );
    default:
      return false;
  }
}

/** Takes one permission away, and looks who misses it. */
async function isMissed(operation: keyof typeof operations, permission: Permission): Promise<boolean> {
  const { gate, functions } = machine;
  const giveBack = gate.access.withhold(permission);
  try {
    if (functions.forbidden().some((sentence) => names(sentence, permission))) return true;
    // What an earlier sandbox has read, and remembers, would not be asked for again.
    await functions.byOperation.get(operation)?.fn.renew();
    const [, , journey = journeys.usual[operation]] =
      journeys.seldom.find(([of, pattern]) => of === operation && pattern.test(nameOf(permission))) ?? [];
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

function nameOf({ action, resource }: Permission): string {
  return `${action} ${resource}`;
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
    for (const grant of grants) if (!(await isMissed(operation, grant))) superfluous.push(nameOf(grant));
    expect(superfluous).toEqual(grants.filter((grant) => isForLater(operation, grant)).map(nameOf));
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
