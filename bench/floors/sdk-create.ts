// The SDK and nothing else: for create-payment.
import { dynamodb } from './dynamodb.ts';
import { secretsmanager } from './others.ts';
import { fetched, floor } from './steps.ts';

const secrets = secretsmanager();

export const handler = floor((step) => (step.service === 'dynamodb' ? dynamodb : secrets)(step), fetched);
