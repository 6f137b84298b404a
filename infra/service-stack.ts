// What every deployment may replace: functions, APIs, queues, clock, bus, alarms.
import { CfnOutput, Fn, Lazy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Stage } from './config.ts';
import { acknowledge } from './constructs/acknowledge.ts';
import { Alarms } from './constructs/alarms.ts';
import { Api, apiStage, onlyCallers } from './constructs/api.ts';
import { watchCounts } from './constructs/counts.ts';
import { Egress } from './constructs/egress.ts';
import { eventBus } from './constructs/event-bus.ts';
import { EventStream } from './constructs/event-stream.ts';
import { Firewall } from './constructs/firewall.ts';
import type { Grant, Resources } from './constructs/grants.ts';
import { OperationFunction, timeoutOf } from './constructs/operation.ts';
import { WorkQueue } from './constructs/queue.ts';
import { RefundWorkflow } from './constructs/refund-workflow.ts';
import { Schedule } from './constructs/schedule.ts';
import { watchApi, watchFunction, watchSchedule, watchStream } from './constructs/watch.ts';
import { watchRefundWorkflow } from './constructs/watch-workflow.ts';
import type { DataStack } from './data-stack.ts';
import { prefix } from './names.ts';
import { operations, type On, type Operation, type QueueName } from './operations.ts';

export interface ServiceStackProps extends StackProps {
  readonly stage: Stage;
  readonly data: DataStack;
  /** folder of bundles: `<operation>/index.js` */
  readonly bundles: string;
}

export class ServiceStack extends Stack {
  private readonly stage: Stage;
  private readonly data: DataStack;
  private readonly alarms: Alarms;
  private readonly internal: Api;
  private readonly open: Api;
  private readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  private readonly events: EventStream;
  private refundWorkflow: RefundWorkflow | undefined;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    const { stage, data } = props;
    this.stage = stage;
    this.data = data;
    this.alarms = new Alarms(this, 'Alarms', { stage, key: data.keys.messages });
    this.queues = { callbacks: this.callbackQueue(), sync: this.syncQueue() };
    this.events = new EventStream(this, 'Events', { table: data.events, key: data.keys.data });
    this.internal = this.internalApi();
    this.open = this.publicApi();
    const egress = stage.stableEgress ? this.egress() : undefined;
    const resources = this.resources();
    for (const [name, operation] of Object.entries<Operation>(operations)) {
      const { function: fn } = new OperationFunction(this, name, {
        stage,
        operation,
        bundles: props.bundles,
        resources,
        logKey: data.keys.logs,
        triggerGrants: this.triggerGrants(operation),
        egress,
      });
      this.connect(name, operation, fn);
      watchFunction(this.alarms, name, operation, fn);
      if ('stream' in operation.on) watchStream(this.alarms, name, operation, fn);
      if ('schedule' in operation.on)
        watchSchedule(this.alarms, name, { operation, fn, expression: operation.on.schedule });
    }
    watchCounts(this.alarms);
    this.tellAddresses();
    this.explain();
  }

  /** Asked of the region at deployment: the CDK would look them up in the account, with credentials, at synthesis. */
  override get availabilityZones(): string[] {
    return [Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())];
  }

  private resources(): Resources {
    const { payments, events, idempotency, channels, secrets, readerSecrets, signingKeys, keys } = this.data;
    const bus = eventBus(this, {
      name: prefix(this.stage),
      key: keys.messages,
      deadLetterKey: keys.data,
      alarms: this.alarms,
    });
    const { callbacks, sync } = this.queues;
    return {
      ...{ payments, events, idempotency, channels, secrets, readerSecrets, signingKeys, keys, bus },
      ...{ callbacks: callbacks.queue, sync: sync.queue },
      // Made when the function of its steps is there, and told to functions that may be made before.
      refundWorkflow: Lazy.string({ produce: () => this.refundWorkflow?.machine.stateMachineArn }),
    };
  }

  private egress(): Egress {
    const { signingKeys, keys } = this.data;
    const signs = [...signingKeys.values()].some((named) => named.size > 0);
    return new Egress(this, 'Egress', { logKey: keys.logs, signs });
  }

  private callbackQueue(): WorkQueue {
    const consumer = operations['apply-notification'];
    return new WorkQueue(this, 'Callbacks', {
      name: `${prefix(this.stage)}-callbacks`,
      key: this.data.keys.messages,
      consumerTimeout: timeoutOf(consumer),
      alarms: this.alarms,
      impact: consumer.impact,
      batchSize: 10,
      // With a visibility of 3 minutes that is 5 hours: trouble at AWS passes by itself, and the alarm on the age comes long
      // before.
      receives: 100,
      firstStep:
        'Read the message and the log of its last attempt, mend the cause, then move it back to the queue.',
    });
  }

  private syncQueue(): WorkQueue {
    const consumer = operations['sync-transaction'];
    return new WorkQueue(this, 'Sync', {
      name: `${prefix(this.stage)}-sync`,
      key: this.data.keys.messages,
      consumerTimeout: timeoutOf(consumer),
      alarms: this.alarms,
      impact: consumer.impact,
      // Each of them is a question to a gateway, within the time of one call.
      batchSize: 5,
      // With a visibility of 6 minutes that is an hour. What is not final is found due again; on a hint of news about what is
      // final, or about a refund at the console, hangs money that came late, came back or went unseen.
      receives: 10,
      firstStep:
        'Read the message and the log of its last attempt and mend the cause. A message with "hinted" or "gatewayRefundId" is moved back to the queue: nobody else asks for what it tells of. Any other may go: its payment or refund is found due again by itself.',
    });
  }

  private internalApi(): Api {
    const internal = new Api(this, 'Internal', {
      name: `${prefix(this.stage)}-internal`,
      auth: 'iam',
      throttle: this.stage.throttle.internal,
      logKey: this.data.keys.logs,
      policy: onlyCallers(this, this.stage.callers),
    });
    const signed =
      'API Gateway refuses every request that no listed role has signed, before anything of ours runs.';
    acknowledge(internal, {
      'AwsSolutions-APIG3': signed,
      'PCI.DSS.321-APIGWAssociatedWithWAF': signed,
      'NIST.800.53.R5-APIGWAssociatedWithWAF': signed,
      'AwsSolutions-COG4': 'The callers are applications with IAM roles, not users of a pool.',
    });
    watchApi(this.alarms, 'internal-api', internal.api, 5000, operations['create-payment'].impact);
    return internal;
  }

  private publicApi(): Api {
    const { stage } = this;
    const open = new Api(this, 'Public', {
      name: `${prefix(stage)}-public`,
      auth: 'none',
      throttle: stage.throttle.callbacks,
      logKey: this.data.keys.logs,
    });
    const proved =
      'Providers and payers cannot sign for IAM: each callback and return proves itself by the signature of its channel.';
    acknowledge(open, { 'AwsSolutions-APIG4': proved, 'AwsSolutions-COG4': proved });
    if (stage.firewall)
      new Firewall(this, 'Firewall', {
        name: `${prefix(stage)}-public`,
        apiStage: open.api.deploymentStage,
        doors: [
          { method: 'POST', path: `/${apiStage}/payments/callbacks/` },
          { method: 'POST', path: `/${apiStage}/refunds/callbacks/` },
          { method: 'GET', path: `/${apiStage}/payments/returns/` },
        ],
        rate: stage.throttle.callbacks.rate,
        logKey: this.data.keys.logs,
      });
    else {
      const off = 'This stage is configured without a firewall: throttles and signatures stand alone.';
      acknowledge(open, {
        'AwsSolutions-APIG3': off,
        'PCI.DSS.321-APIGWAssociatedWithWAF': off,
        'NIST.800.53.R5-APIGWAssociatedWithWAF': off,
      });
    }
    watchApi(this.alarms, 'public-api', open.api, 3000, operations['receive-callback'].impact);
    return open;
  }

  private triggerGrants({ on }: Operation): Grant[] {
    if ('queue' in on) return this.queues[on.queue].consumerGrants;
    if ('stream' in on) return this.events.consumerGrants;
    return [];
  }

  private connect(name: string, operation: Operation, fn: OperationFunction['function']): void {
    const { on } = operation;
    if ('queue' in on) this.queues[on.queue].feed(fn);
    else if ('stream' in on) this.events.feed(fn);
    else if ('workflow' in on) this.refundWorkflow = this.workflow(operation, fn);
    else if ('schedule' in on) new Schedule(this, `${name}-clock`, { expression: on.schedule, fn });
    else this.route(on, fn);
  }

  private route(
    { route, also, auth }: Extract<On, { readonly route: unknown }>,
    fn: OperationFunction['function'],
  ): void {
    const api = auth === 'iam' ? this.internal : this.open;
    api.route(route, fn);
    if (also !== undefined) api.route([route[0], also], fn);
  }

  private workflow(steps: Operation, fn: OperationFunction['function']): RefundWorkflow {
    const workflow = new RefundWorkflow(this, 'RefundWorkflow', {
      name: `${prefix(this.stage)}-refund`,
      steps: fn,
      stepsTimeout: timeoutOf(steps),
      logKey: this.data.keys.logs,
    });
    watchRefundWorkflow(this.alarms, workflow.machine, steps);
    return workflow;
  }

  private tellAddresses(): void {
    const tell = (id: string, description: string, value: string) =>
      new CfnOutput(this, id, { description, value });
    tell('InternalApiUrl', 'For applications, before /payments and /channels', this.internal.url);
    tell('InternalApiId', 'For the IAM policies of applications', this.internal.api.restApiId);
    tell(
      'CallbackUrl',
      'For providers and payers, before /payments/callbacks and /payments/returns',
      this.open.url,
    );
  }

  private explain(): void {
    const shared =
      'Functions share the concurrency of the account; the throttles of the APIs and of the queue keep each within its part.';
    const awaited =
      'API Gateway, queues, stream and workflow wait for the answer and keep what failed; a tick of the clock that failed is made good by the next.';
    acknowledge(this, {
      'NIST.800.53.R5-LambdaConcurrency': shared,
      'NIST.800.53.R5-LambdaDLQ': awaited,
      'Serverless-LambdaDLQ': awaited,
    });
  }
}
