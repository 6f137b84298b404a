// The channels of a function that asks them for payments, as the template wired it.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Ports } from '../domain/ports.ts';
import { clientDefaults } from '../store/table.ts';
import { connectedChannels } from './channels.ts';
import { readDeclaredChannels } from './declared.ts';
import { keysClient } from './signers.ts';

/** @param env by name: CHANNELS, what the stage declares, and CHANNELS_TABLE */
export function deployedChannels(
  env: (name: string) => string,
  client: DynamoDBDocumentClient,
  ports: Ports,
): ReturnType<typeof connectedChannels> {
  return connectedChannels({
    declared: readDeclaredChannels(env('CHANNELS')),
    table: { client, channels: env('CHANNELS_TABLE') },
    secrets: new SecretsManagerClient(clientDefaults),
    keys: keysClient(),
    ports: { fetch, ...ports },
  });
}
