// The SDK and nothing else: for apply-notification.
import { dynamodb } from './dynamodb.ts';
import { fetched, floor } from './steps.ts';

export const handler = floor(dynamodb, fetched);
