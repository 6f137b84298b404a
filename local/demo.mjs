// `npm run demo`
import './prepared.mjs';

await import('./demo/main.ts');
