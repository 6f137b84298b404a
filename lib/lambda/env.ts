// What the template gave this function. A name that is missing stops the function at its start, by name.
/** @throws Error naming the variable */
export function env(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Environment variable ${name} is missing: see infra/constructs/operation.ts.`);
  return value;
}
