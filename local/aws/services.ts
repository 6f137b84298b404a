// KMS, Secrets Manager, EventBridge and Step Functions of this machine behind one address, told apart as the services do: by X-Amz-Target.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { listen } from '../listen.ts';
import { answerAwsJson, type AwsOperations } from './aws-json.ts';
import { type Events, type EventsOptions, openEvents } from './events.ts';
import { type Kms, openKms } from './kms.ts';
import { openSecrets, type Secrets } from './secrets.ts';

export interface ServicesOptions extends EventsOptions {
  /** where keys and secrets outlive this process; in memory without it */
  readonly dataDir?: string;
  /** of Step Functions */
  readonly workflows?: AwsOperations;
}

export interface LocalServices
  extends
    Pick<Kms, 'createKey' | 'createAlias'>,
    Pick<Secrets, 'createSecret'>,
    Pick<Events, 'createBus' | 'putRule'> {
  /** of KMS, Secrets Manager, EventBridge and Step Functions; functions reach them through the gate */
  readonly endpoint: string;
  /** resolves when all that was put on a bus has been sent on */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startServices(options: ServicesOptions): Promise<LocalServices> {
  const { region, account, dataDir, now } = options;
  const file = (name: string) => (dataDir === undefined ? {} : { file: join(dataDir, name) });
  const kms = openKms({ region, account, now, ...file('keys.json') });
  const secrets = openSecrets({ region, account, now, ...file('secrets.json') });
  const events = openEvents(options);
  const server = createServer(
    answerAwsJson({
      TrentService: kms.operations,
      secretsmanager: secrets.operations,
      AWSEvents: events.operations,
      ...(options.workflows && { AWSStepFunctions: options.workflows }),
    }),
  );
  const listening = await listen(server, 0);
  return {
    endpoint: listening.url,
    createKey: kms.createKey,
    createAlias: kms.createAlias,
    createSecret: secrets.createSecret,
    createBus: events.createBus,
    putRule: events.putRule,
    settled: events.settled,
    stop: async () => {
      await listening.stop();
      await events.settled();
    },
  };
}
