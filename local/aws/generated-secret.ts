// A secret's first value, when the template asks for one to be generated.
import { randomInt } from 'node:crypto';
import * as z from 'zod';

export const generatedSecret = z.strictObject({
  ExcludeCharacters: z.string().default(''),
  ExcludeLowercase: z.boolean().default(false),
  ExcludeNumbers: z.boolean().default(false),
  ExcludePunctuation: z.boolean().default(false),
  ExcludeUppercase: z.boolean().default(false),
  IncludeSpace: z.boolean().default(false),
  PasswordLength: z.coerce.number().int().min(1).max(4096).default(32),
  RequireEachIncludedType: z.boolean().default(true),
  GenerateStringKey: z.string().optional(),
  SecretStringTemplate: z.string().optional(),
});

export type GeneratedSecret = z.infer<typeof generatedSecret>;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-secretsmanager-secret-generatesecretstring.html */
export function generateSecret(wanted: GeneratedSecret): string {
  const { GenerateStringKey: key, SecretStringTemplate: template } = wanted;
  const password = generatePassword(wanted);
  if (key === undefined || template === undefined) return password;
  return JSON.stringify({ ...(JSON.parse(template) as object), [key]: password });
}

function generatePassword(wanted: GeneratedSecret): string {
  const kinds = [
    wanted.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    wanted.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    wanted.ExcludeNumbers ? '' : '0123456789',
    wanted.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    wanted.IncludeSpace ? ' ' : '',
  ]
    .map((kind) => kind.split('').filter((character) => !wanted.ExcludeCharacters.includes(character)))
    .filter((kind) => kind.length > 0);
  const all = kinds.flat();
  if (all.length === 0) throw new Error('A generated secret excludes every character there is.');
  const characters = wanted.RequireEachIncludedType ? kinds.map(pick).slice(0, wanted.PasswordLength) : [];
  while (characters.length < wanted.PasswordLength) characters.push(pick(all));
  return shuffle(characters).join('');
}

function pick(from: readonly string[]): string {
  return from[randomInt(from.length)] ?? '';
}

function shuffle(characters: string[]): string[] {
  const left = [...characters];
  return characters.map(() => left.splice(randomInt(left.length), 1)[0] ?? '');
}
