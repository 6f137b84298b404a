// From a resource in the template to something that works on this machine: one behaviour per type. What a template asks
// for and this machine does not have stops the start, by name; nothing is passed over in silence.
import * as z from 'zod';
import { apiBehaviours } from './api-resources.ts';
import { accessReaders } from './gate/access-readers.ts';
import { inertTypes } from './inert.ts';
import { type Created, resolve, type Scope } from './intrinsics.ts';
import { type Properties, readProperties, withoutBehaviour } from './properties.ts';
import { isSchedule, readSchedule } from './schedules.ts';
import type { Stack } from './template.ts';
import { type Behaviour, type DeclaredFunction, physicalName, type Place, type World } from './world.ts';

const text = z.string();

const functionSchema = z.strictObject({
  Code: z.strictObject({ S3Bucket: text, S3Key: text }),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
  FunctionName: text.optional(),
  Handler: text,
  LoggingConfig: z.looseObject({ LogGroup: text.optional() }).optional(),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Role: text,
  Runtime: text.startsWith('nodejs'),
  Timeout: z.coerce.number().default(3),
  TracingConfig: z.strictObject({ Mode: z.enum(['Active', 'PassThrough']) }).optional(),
  VpcConfig: z.object({ SubnetIds: z.array(text).default([]) }).optional(),
  // What is invoked asynchronously here is tried once, and nothing of it is buried in a dead-letter queue.
  ...withoutBehaviour('Architectures', 'DeadLetterConfig', 'Description', 'EphemeralStorage', 'KmsKeyArn'),
  ...withoutBehaviour('RuntimeManagementConfig', 'Tags'),
});

const createFunction: Behaviour = (properties, place, world) => {
  const said = readProperties(functionSchema, place.name, properties);
  const name = said.FunctionName ?? physicalName(place);
  const directory = place.stack.assets.get(said.Code.S3Key);
  if (!directory) throw new Error(`${place.name} runs ${said.Code.S3Key}, which is not among the assets.`);
  const arn = `arn:aws:lambda:${world.region}:${world.account}:function:${name}`;
  const concurrency = said.ReservedConcurrentExecutions;
  world.functions.set(arn, {
    name,
    arn,
    directory,
    handler: said.Handler,
    timeoutSeconds: said.Timeout,
    memoryMegabytes: said.MemorySize,
    environment: said.Environment?.Variables ?? {},
    ...(concurrency === undefined ? {} : { concurrency }),
    roleArn: said.Role,
    traced: said.TracingConfig?.Mode === 'Active',
    inVpc: (said.VpcConfig?.SubnetIds.length ?? 0) > 0,
    logGroup: said.LoggingConfig?.LogGroup,
  });
  return { ref: name, attributes: { Arn: arn } };
};

const mappingSchema = z.looseObject({ FunctionName: text, EventSourceArn: text });

const createMapping: Behaviour = (properties, place, world) => {
  const said = readProperties(mappingSchema, place.name, properties);
  const target = functionNamed(said.FunctionName, place, world.functions);
  world.mappings.push({ functionArn: target.arn, sourceArn: said.EventSourceArn, properties });
  return { ref: physicalName(place) };
};

const createTable: Behaviour = async (properties, place, { dynamo }) => {
  const name = nameIn(properties, 'TableName', place);
  const { arn, streamArn } = await dynamo.createTable(name, properties);
  return {
    ref: name,
    attributes: { Arn: arn, ...(streamArn === undefined ? {} : { StreamArn: streamArn }) },
  };
};

const redriveSchema = z.looseObject({
  RedrivePolicy: z.looseObject({ deadLetterTargetArn: text }).optional(),
});

const createQueue: Behaviour = async (properties, place, { queues, deadLetters }) => {
  const name = nameIn(properties, 'QueueName', place);
  const { RedrivePolicy: redrive } = readProperties(redriveSchema, place.name, properties);
  const { url, arn } = await queues.createQueue(name, properties);
  deadLetters.set(name, redrive?.deadLetterTargetArn.split(':').at(-1));
  return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
};

const createBucket: Behaviour = async (properties, place, { buckets }) => {
  const name = nameIn(properties, 'BucketName', place).toLowerCase();
  const { arn } = await buckets.createBucket(name, properties);
  return { ref: name, attributes: { Arn: arn } };
};

const createKey: Behaviour = (properties, { logicalId }, { services }) => {
  const { keyId, arn } = services.createKey(logicalId, properties);
  return { ref: keyId, attributes: { Arn: arn, KeyId: keyId } };
};

const aliasSchema = z.strictObject({ AliasName: text, TargetKeyId: text });

const createAlias: Behaviour = (properties, place, { services }) => {
  const { AliasName: alias, TargetKeyId: key } = readProperties(aliasSchema, place.name, properties);
  services.createAlias(alias, key);
  return { ref: alias };
};

const createSecret: Behaviour = (properties, place, { services }) => {
  const { arn } = services.createSecret(nameIn(properties, 'Name', place), properties);
  return { ref: arn, attributes: { Id: arn } };
};

const createBus: Behaviour = (properties, place, { services }) => {
  const { name, arn } = services.createBus(nameIn(properties, 'Name', place));
  return { ref: name, attributes: { Arn: arn, Name: name } };
};

const putRule: Behaviour = (properties, place, { account, region, services, schedules }) => {
  const name = nameIn(properties, 'Name', place);
  const arn = `arn:aws:events:${region}:${account}:rule/${name}`;
  if (isSchedule(properties)) schedules.push(readSchedule(name, arn, properties));
  else services.putRule(name, properties);
  return { ref: name, attributes: { Arn: arn } };
};

const triesSchema = z.strictObject({
  FunctionName: text,
  Qualifier: z.literal('$LATEST'),
  MaximumRetryAttempts: z.literal(0),
  // Here nothing waits to be invoked.
  ...withoutBehaviour('MaximumEventAgeInSeconds'),
});

const setTries: Behaviour = (properties, place, { functions, triedOnce }) => {
  const said = readProperties(triesSchema, place.name, properties);
  triedOnce.add(functionNamed(said.FunctionName, place, functions).arn);
  return { ref: physicalName(place) };
};

const createStateMachine: Behaviour = (properties, place, { functions, workflows }) => {
  const name = nameIn(properties, 'StateMachineName', place);
  const { arn, invokes } = workflows.createStateMachine(name, properties);
  for (const each of invokes) functionNamed(each, place, functions);
  return { ref: arn, attributes: { Arn: arn, Name: name } };
};

/** @param wanted name or ARN */
function functionNamed(wanted: string, place: Place, functions: World['functions']): DeclaredFunction {
  const found = [...functions.values()].find(({ arn, name }) => [arn, name].includes(wanted));
  if (!found) throw new Error(`${place.name} is of ${wanted}, which is no function of this template.`);
  return found;
}

/** The name that the template gives, else one that is the same at every start. */
function nameIn(properties: Properties, property: string, place: Place): string {
  const given = properties[property];
  return typeof given === 'string' ? given : physicalName(place);
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  'AWS::DynamoDB::GlobalTable': createTable,
  'AWS::DynamoDB::Table': createTable,
  'AWS::Events::EventBus': createBus,
  'AWS::Events::Rule': putRule,
  'AWS::Lambda::EventInvokeConfig': setTries,
  'AWS::KMS::Alias': createAlias,
  'AWS::KMS::Key': createKey,
  'AWS::Lambda::EventSourceMapping': createMapping,
  'AWS::Lambda::Function': createFunction,
  'AWS::S3::Bucket': createBucket,
  'AWS::SQS::Queue': createQueue,
  'AWS::SecretsManager::Secret': createSecret,
  'AWS::StepFunctions::StateMachine': createStateMachine,
  ...apiBehaviours,
};

/**
 * Makes every resource of every stack, each after those that it refers to.
 * @throws Error one sentence naming the first type, property or intrinsic that this machine does not carry out
 */
export async function createResources(stacks: readonly Stack[], world: World): Promise<void> {
  for (const stack of stacks)
    for (const { type, logicalId } of stack.resources)
      if (!Object.hasOwn(behaviours, type) && !Object.hasOwn(inertTypes, type))
        throw new Error(`${stack.name}/${logicalId} is an ${type}, which this machine does not carry out.`);
  const exports = new Map<string, string>();
  for (const stack of stacks) {
    const created = new Map<string, Created>();
    const { account, region, name: stackName, parameters } = stack;
    const scope = (place: string): Scope => ({
      account,
      region,
      stackName,
      place,
      parameters,
      exports,
      created,
    });
    for (const { type, logicalId, properties } of stack.resources) {
      const place = { stack, logicalId, name: `${stack.name}/${logicalId}` };
      const behaviour = behaviours[type];
      const readAccess = accessReaders[type];
      // What neither does anything nor says who may is not read: it may use intrinsics that are not known here.
      const known = behaviour ?? readAccess;
      const said = known ? (resolve(properties, scope(place.name)) as Properties) : properties;
      const made = behaviour ? await behaviour(said, place, world) : inert(type, said, place);
      readAccess?.(said, made, world.access, { name: place.name, account, region });
      created.set(logicalId, made);
    }
    for (const { name, value } of stack.exports) {
      const place = scope(`An output of ${stack.name}`);
      exports.set(String(resolve(name, place)), String(resolve(value, place)));
    }
  }
}

/** Without behaviour, but other resources name it: a name and an ARN that look like the cloud's. */
function inert(type: string, properties: Properties, place: Place): Created {
  const { RoleName, LogGroupName } = properties;
  const name = [RoleName, LogGroupName].find((given) => typeof given === 'string') ?? physicalName(place);
  const Arn = inertArn(type, name, place);
  const ref = type === 'AWS::IAM::ManagedPolicy' ? Arn : name;
  return { ref, attributes: { Arn, ...inertAttributes(type, name) } };
}

function inertArn(type: string, name: string, { stack: { account, region } }: Place): string {
  if (type === 'AWS::IAM::Role') return `arn:aws:iam::${account}:role/${name}`;
  if (type === 'AWS::IAM::ManagedPolicy') return `arn:aws:iam::${account}:policy/${name}`;
  if (type === 'AWS::Logs::LogGroup') return `arn:aws:logs:${region}:${account}:log-group:${name}:*`;
  return `arn:aws:${type.toLowerCase().split('::')[1] ?? ''}:${region}:${account}:${name}`;
}

function inertAttributes(type: string, name: string): Record<string, string> {
  if (type === 'AWS::EC2::SecurityGroup') return { GroupId: name };
  if (type === 'AWS::IAM::Role') return { RoleId: name };
  return {};
}
