// The emulators behind a gate, with one function whose role a test writes, for tests of the gate with the real SDK.
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startDynamo } from '../../../local/aws/dynamodb.ts';
import { startGate } from '../../../local/aws/gate/gate.ts';
import { startQueues } from '../../../local/aws/queues.ts';
import { startServices } from '../../../local/aws/services.ts';
import { account, region } from '../aws/support.ts';

export const arns = {
  role: `arn:aws:iam::${account}:role/clerk`,
  table: `arn:aws:dynamodb:${region}:${account}:table/things`,
  queue: `arn:aws:sqs:${region}:${account}:tasks`,
  bus: `arn:aws:events:${region}:${account}:event-bus/news`,
};

const all = ['dynamodb:*', 'sqs:*', 'secretsmanager:*', 'events:*', 'kms:*'];

/** @param statements of the role; it may do everything without them */
export async function startBench(statements: object[] = [{ Effect: 'Allow', Action: all, Resource: '*' }]) {
  const told: { operation: string; name: string; facts: Record<string, unknown> }[] = [];
  const published: string[] = [];
  const [dynamo, queues, services] = await Promise.all([
    startDynamo({ account, region }),
    startQueues({ region }),
    startServices({ account, region, now: Date.now, onBusEvent: ({ id }) => published.push(id) }),
  ]);
  const endpoints = { dynamodb: dynamo.endpoint, queues: queues.endpoint, services: services.endpoint };
  const gate = await startGate({
    ...{ account, region, endpoints, now: Date.now, operations: () => ['work', 'rest'] },
    tell: (operation, name, facts) => told.push({ operation, name, facts }),
  });
  const secret = services.createSecret('pin', { SecretString: '1234' }).arn;
  const signer = services.createKey('Signer', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }).arn;
  gate.access.addResourcePolicy(signer, ofTheAccount);
  services.createBus('news');
  await queues.createQueue('tasks', {});
  await makeTable(dynamo.endpoint);
  gate.access.addSecret('pin', secret);
  gate.access.addRole(arns.role, [{ Version: '2012-10-17', Statement: statements }]);

  let killed = 0;
  const facts = { operation: 'work', functionArn: 'arn:work', functionName: 'x-work', roleArn: arns.role };
  const door = gate.openSandbox(facts, () => (killed += 1));
  door.began('request-1');
  const { environment: key } = door;
  const settings = {
    ...{ endpoint: gate.endpoint, region, maxAttempts: 1 },
    credentials: {
      accessKeyId: key['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: key['AWS_SECRET_ACCESS_KEY'] ?? '',
      sessionToken: key['AWS_SESSION_TOKEN'] ?? '',
    },
    requestHandler: { requestTimeout: 500, throwOnRequestTimeout: true },
  };
  const clients = {
    dynamo: new DynamoDBClient(settings),
    sqs: new SQSClient(settings),
    secrets: new SecretsManagerClient(settings),
    bus: new EventBridgeClient(settings),
    kms: new KMSClient(settings),
  };
  return {
    ...{ gate, door, told, published, settings, secret, signer, queues, ...clients },
    queueUrl: `${gate.endpoint}/${account}/tasks`,
    killed: () => killed,
    calls: () => gate.calls.list().flatMap((invocation) => invocation.calls),
    stop: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await Promise.all([gate.stop(), dynamo.stop(), queues.stop(), services.stop()]);
    },
  };
}

/** The policy that KMS gives a key when nobody says another. */
const ofTheAccount = {
  Version: '2012-10-17',
  Statement: {
    ...{ Effect: 'Allow', Action: 'kms:*', Resource: '*' },
    Principal: { AWS: `arn:aws:iam::${account}:root` },
  },
};

async function makeTable(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await client.send(
    new CreateTableCommand({
      TableName: 'things',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: ['pk', 'found_under', 'found_at'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'finding',
          KeySchema: [
            { AttributeName: 'found_under', KeyType: 'HASH' },
            { AttributeName: 'found_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  client.destroy();
}
