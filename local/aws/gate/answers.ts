// The errors that AWS services answer, each in its service's own shape.
import type { AwsCall, Input, Service } from './requests.ts';

export interface AwsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** the name's prefix in `__type`, and the version of the JSON protocol */
const shapes: Readonly<Record<Service, { readonly prefix: string; readonly version: string }>> = {
  dynamodb: { prefix: 'com.amazonaws.dynamodb.v20120810#', version: '1.0' },
  sqs: { prefix: 'com.amazonaws.sqs#', version: '1.0' },
  secretsmanager: { prefix: '', version: '1.1' },
  events: { prefix: '', version: '1.1' },
  kms: { prefix: '', version: '1.1' },
  states: { prefix: '', version: '1.0' },
};

export function errorAnswer(
  service: Service,
  code: string,
  message: string,
  more: { readonly status?: number; readonly facts?: Input } = {},
): AwsAnswer {
  const { prefix, version } = shapes[service];
  const { status = 400, facts = {} } = more;
  // DynamoDB writes its own with a small letter, and a transaction's with a capital one; the SDK reads both.
  const body = { __type: `${prefix}${code}`, message, Message: message, ...facts };
  return jsonAnswer(version, status, body);
}

/** As AWS words it: who, what, on what, why. */
export function denial(service: Service, userArn: string, denied: Denied): AwsAnswer {
  const { action, resource, because } = denied;
  const message = `User: ${userArn} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
  return errorAnswer(service, 'AccessDeniedException', message);
}

export interface Denied {
  readonly action: string;
  readonly resource: string;
  readonly because: string;
}

/** The answer of PutEvents with one entry more, which was not taken. */
export function withFailedEntry(answer: Input | undefined, entries: number): AwsAnswer {
  const { Entries = [], FailedEntryCount = 0 } = (answer ?? {}) as {
    Entries?: unknown[];
    FailedEntryCount?: number;
  };
  const failed = { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal failure: the entry was not taken.' };
  const all = [...Entries.slice(0, entries - 1), failed];
  return jsonAnswer('1.1', 200, { Entries: all, FailedEntryCount: FailedEntryCount + 1 });
}

/** A transaction that was not carried out: one reason per item, in the items' order. */
export function cancelled(call: AwsCall, at: number, code: string, message: string): AwsAnswer {
  const items = (call.input['TransactItems'] ?? []) as unknown[];
  const reasons = items.map((_, place) =>
    place === at ? { Code: code, Message: message } : { Code: 'None' },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return errorAnswer(
    'dynamodb',
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { facts: { CancellationReasons: reasons } },
  );
}

export function jsonAnswer(version: string, status: number, body: object): AwsAnswer {
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: Buffer.from(JSON.stringify(body)),
  };
}
