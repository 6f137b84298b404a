// A clock that sets off a function. A tick that is missed is gone: the next one finds all that the missed one would have.
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule as Expression } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { EventInvokeConfig, type Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export class Schedule extends Construct {
  /** @param expression as EventBridge writes it: `rate(1 minute)` */
  constructor(scope: Construct, id: string, props: { readonly expression: string; readonly fn: Function }) {
    super(scope, id);
    const { expression, fn } = props;
    // Neither EventBridge nor Lambda tries again: two ticks would stand on one another's feet.
    const maxEventAge = Duration.minutes(1);
    const rule = new Rule(this, 'Rule', {
      description: `Sets off ${fn.node.path}`,
      schedule: Expression.expression(expression),
      targets: [new LambdaFunction(fn, { retryAttempts: 0, maxEventAge })],
    });
    const tries = new EventInvokeConfig(this, 'Tries', { function: fn, retryAttempts: 0, maxEventAge });
    const lost =
      'A tick says nothing but the time: when one is lost, the next one finds what it would have found.';
    acknowledge(rule, { 'Serverless-EventBusDLQ': lost });
    acknowledge(tries, { 'Serverless-LambdaAsyncFailureDestination': lost });
  }
}
