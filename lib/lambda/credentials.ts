// Where a function's credentials come from: Lambda puts its role's into the environment. In bundles this stands in for the
// SDK's search through files, processes and metadata servers: a fifth of every bundle, and doors that nobody should use.
import { env } from './env.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Has the name and form of what it stands in for in `@aws-sdk/credential-provider-node`. @see infra/bundle.ts */
export const defaultProvider = (): (() => Promise<Credentials>) => () => {
  const { AWS_SESSION_TOKEN: sessionToken } = process.env;
  return Promise.resolve({
    accessKeyId: env('AWS_ACCESS_KEY_ID'),
    secretAccessKey: env('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken !== undefined && { sessionToken }),
  });
};
