// A provider that no bench stands for would be used unproved.
import { expect, test } from '@jest/globals';
import { provider, providers } from '../../lib/gateways/registry.ts';
import { benches, everyBench } from './benches.ts';

test('every registered provider stands before the contract suite, under its own name', () => {
  expect(Object.keys(providers)).not.toHaveLength(0);
  expect(Object.keys(benches).sort()).toEqual(Object.keys(providers).sort());
  for (const [name, each] of Object.entries(providers)) expect(each.name).toBe(name);
});

test.each(['nobody', 'constructor', '__proto__', ''])('there is no provider %p', (name) => {
  expect(() => provider(name)).toThrow(/no payment provider/);
});

describe.each(everyBench)('%s', (_, { provider: each, config, secrets, method, optional = [] }) => {
  test('takes its own configuration and nothing beside it', () => {
    expect(each.configSchema.parse(config)).toEqual(config);
    expect(each.secretsSchema.parse(secrets)).toEqual(secrets);
    expect(each.configSchema.safeParse({ ...config, more: 'x' }).success).toBe(false);
    expect(each.secretsSchema.safeParse({ ...secrets, more: 'x' }).success).toBe(false);
  });

  test.each([...Object.keys(config), ...Object.keys(secrets)])('needs %s', (name) => {
    const [schema, whole] = Object.hasOwn(config, name)
      ? [each.configSchema, config]
      : [each.secretsSchema, secrets];
    const issues = (value: object) => schema.safeParse(value).error?.issues.map(({ path }) => path);
    expect(issues({ ...whole, [name]: '' })).toEqual([[name]]);
    const without = Object.entries(whole).filter(([other]) => other !== name);
    expect(issues(Object.fromEntries(without))).toEqual(optional.includes(name) ? undefined : [[name]]);
  });

  test('marks its secrets without showing them', () => {
    const marks = each.fingerprints(secrets);
    expect(Object.keys(marks)).toEqual(Object.keys(secrets));
    for (const mark of Object.values(marks)) expect(mark).toMatch(/^sha256:[0-9a-f]{16}$/);
  });

  test('has rules for its method', () => {
    expect(each.methods[method]?.expiry.minimum).toBeGreaterThan(0);
  });
});
