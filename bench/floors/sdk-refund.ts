// The SDK and nothing else: for create-refund.
import { dynamodb } from './dynamodb.ts';
import { states } from './others.ts';
import { fetched, floor } from './steps.ts';

const workflows = states();

export const handler = floor((step) => (step.service === 'dynamodb' ? dynamodb : workflows)(step), fetched);
