// The SDK and nothing else: for receive-callback.
import { dynamodb } from './dynamodb.ts';
import { sqs } from './others.ts';
import { fetched, floor } from './steps.ts';

const queue = sqs();

export const handler = floor((step) => (step.service === 'dynamodb' ? dynamodb : queue)(step), fetched);
