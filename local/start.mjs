// `npm start`
import './prepared.mjs';

await import('./main.ts');
