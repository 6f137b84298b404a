// The SDK and nothing else: for publish-events.
import { events } from './others.ts';
import { fetched, floor } from './steps.ts';

export const handler = floor(events(), fetched);
