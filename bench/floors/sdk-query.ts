// The SDK and nothing else: for get-payment, and whatever else only reads the tables.
import { dynamodb } from './dynamodb.ts';
import { fetched, floor } from './steps.ts';

export const handler = floor(dynamodb, fetched);
