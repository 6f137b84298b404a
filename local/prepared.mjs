// What must be true before the first TypeScript file can be read, each with its way out. Plain JavaScript for old Nodes.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const platform = `${process.platform}-${process.arch}`;
const oldest = [22, 18];

/** One sentence, and the end. */
function give(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
  give(
    `Node ${process.versions.node} is too old to run this service: it needs ${oldest.join('.')} or newer. ` +
      `On Linux start it with "npm start", which uses the Node 24 that "npm ci" installed; elsewhere install Node 24.`,
  );

if (!existsSync(new URL('../node_modules/zod', import.meta.url)))
  give('The packages of this service are not installed: run "npm ci" first.');

if (platform !== 'linux-x64' && !process.env.DYNAMODB_ENDPOINT && !process.env.DYNAMODB_LOCAL)
  give(
    `There is no embedded database for ${platform}: start DynamoDB Local (or any compatible server) and set ` +
      `DYNAMODB_ENDPOINT to its address, as in DYNAMODB_ENDPOINT=http://127.0.0.1:8000 npm start.`,
  );
