// The AWS JSON 1.1 protocol, server side: one POST address, the operation in a header, errors by name.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import * as z from 'zod';

/** An error as the service names it; the SDK throws it under the same name. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}

export type AwsOperation = (input: unknown) => object;

/** operation name → what it does */
export type AwsOperations = Readonly<Record<string, AwsOperation>>;

/** Reads the input strictly: a member that is not carried out here is refused by name. */
export function operation<T>(schema: z.ZodType<T>, run: (input: T) => object): AwsOperation {
  return (input) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
    return run(parsed.data);
  };
}

/** bytes; the largest message of any service here is far smaller */
const bodyLimit = 2 ** 20;

/** @param services the part of X-Amz-Target before the dot → its operations */
export function answerAwsJson(services: Readonly<Record<string, AwsOperations>>): RequestListener {
  return (request, response) => {
    answer(services, request).then(
      (output) => {
        send(response, 200, output);
      },
      (error: unknown) => {
        const { code, message, status } = error instanceof AwsError ? error : internal(error);
        send(response, status, { __type: code, message });
      },
    );
  };
}

async function answer(services: Readonly<Record<string, AwsOperations>>, request: IncomingMessage) {
  const target = String(request.headers['x-amz-target']);
  const [service = '', name = ''] = target.split('.');
  const run = Object.hasOwn(services, service) ? services[service]?.[name] : undefined;
  const input = await read(request);
  if (!run) throw new AwsError('UnknownOperationException', `${target} is not carried out by this machine.`);
  return run(input);
}

async function read(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= bodyLimit) parts.push(part);
  }
  if (length > bodyLimit) throw new AwsError('RequestEntityTooLarge', 'The request is too large.', 413);
  try {
    return JSON.parse(Buffer.concat(parts).toString() || '{}');
  } catch {
    throw new AwsError('SerializationException', 'The request is not JSON.');
  }
}

function internal(error: unknown): AwsError {
  return new AwsError(
    'InternalFailure',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    500,
  );
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
