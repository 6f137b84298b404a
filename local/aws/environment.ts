// The environment of a function: the template's own variables, and what Lambda adds to them.
import type { FunctionSpec } from './executor.ts';

/** Where this machine's services listen, behind the gate. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly queues: string;
  /** KMS, Secrets Manager, EventBridge and Step Functions */
  readonly services: string;
}

/** @param gate where every call to AWS goes; the credentials are each sandbox's own */
export function functionEnvironment(
  spec: FunctionSpec,
  region: string,
  gate: string,
): Record<string, string> {
  return {
    ...spec.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: spec.directory,
    _HANDLER: spec.handler,
    TZ: ':UTC',
    // What a developer has in the home directory is none of the function's business.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    // Of every service, known here or not: nothing reaches the real one.
    AWS_ENDPOINT_URL: gate,
  };
}
