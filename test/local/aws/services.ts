// The emulated services with one client of each, for tests.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { BusEvent } from '../../../local/aws/events.ts';
import { type ServicesOptions, startServices } from '../../../local/aws/services.ts';
import { account, clientOf, region } from './support.ts';

/** What the services' clock says. */
export const noon = Date.UTC(2026, 6, 1, 12);

export async function startForTests(options: Partial<ServicesOptions> = {}) {
  const events: BusEvent[] = [];
  const onBusEvent = (event: BusEvent) => events.push(event);
  const services = await startServices({ region, account, now: () => noon, onBusEvent, ...options });
  const settings = clientOf(services.endpoint);
  const clients = {
    kms: new KMSClient(settings),
    secrets: new SecretsManagerClient(settings),
    bus: new EventBridgeClient(settings),
  };
  const stop = async () => {
    for (const client of Object.values(clients)) client.destroy();
    await services.stop();
  };
  return { services, events, stop, ...clients };
}
