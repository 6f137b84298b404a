import { afterEach, expect, test } from '@jest/globals';
import { defaultProvider } from '../../lib/lambda/credentials.ts';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

test('a function acts as the role that Lambda gave it', async () => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_SESSION_TOKEN: 'token',
  });
  await expect(defaultProvider()()).resolves.toEqual({
    accessKeyId: 'id',
    secretAccessKey: 'key',
    sessionToken: 'token',
  });
});

test('and looks nowhere else when there is none', () => {
  delete process.env['AWS_ACCESS_KEY_ID'];
  expect(defaultProvider()).toThrow('AWS_ACCESS_KEY_ID');
});
