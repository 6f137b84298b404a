// Event patterns of EventBridge rules and stream filters: equality and prefix, on any path of the event.
type Test = (value: unknown) => boolean;

/**
 * @param pattern as in a rule's EventPattern: objects with arrays of allowed values at their leaves
 * @throws Error naming a comparison that this machine does not carry out
 */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw unsupported(pattern);
  const fields = Object.entries(pattern).map(([name, rule]): [string, Test] => [
    name,
    Array.isArray(rule) ? anyOf(rule) : compilePattern(rule),
  ]);
  return (event) =>
    isObject(event) && fields.every(([name, test]) => Object.hasOwn(event, name) && test(event[name]));
}

function anyOf(rules: readonly unknown[]): Test {
  if (rules.length === 0) throw unsupported(rules);
  const tests = rules.map(single);
  const one = (value: unknown) => tests.some((test) => test(value));
  // A list in the event matches when one of its values does.
  return (value) => (Array.isArray(value) ? value.some(one) : one(value));
}

function single(rule: unknown): Test {
  if (rule === null || ['string', 'number', 'boolean'].includes(typeof rule))
    return (value) => value === rule;
  if (isObject(rule) && Object.keys(rule).join() === 'prefix' && typeof rule['prefix'] === 'string') {
    const start = rule['prefix'];
    return (value) => typeof value === 'string' && value.startsWith(start);
  }
  throw unsupported(rule);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unsupported(part: unknown): Error {
  return new Error(
    `${JSON.stringify(part)} in an event pattern is not carried out by this machine: it knows equality and prefix.`,
  );
}
