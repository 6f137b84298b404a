// `npm run demo`: a payment, watched in a terminal. Exit code 0 when all of it was seen.
import { parseArgs } from 'node:util';
import { renderUnicodeCompact } from 'uqr';
import { findProduct, productList } from './products.ts';
import { findStory, scenarios } from './scenarios/all.ts';
import { journey } from './scenarios/journey.ts';
import { findService } from './service.ts';
import type { Step } from './steps.ts';

const help = `
Makes a payment with the running service, and shows each step.

  npm run demo -- [--product P] [--channel C] [--scenario S | --refund]
                  [--port N] [--json]

  --product P   what the payer pays by; the first of the list without it
  --channel C   on which channel; the first that has the product without it
  --scenario S  what goes wrong on the way; all goes well without it
  --refund      the same as --scenario refund
  --port N      where "npm start" put the API (4000); a service of its own if
                none runs there
  --json        one JSON object per step

Channels and their products:
${indented(productList())}

Scenarios:
${indented(Object.entries(scenarios).map(([name, { about }]) => `${name.padEnd(18)}  ${about}`))}

lost-callback, paid-twice, refund and expire move the clock, that of a running
service too.
`;

// Nobody reads any more (piped to `head`): no reason to fail.
process.stdout.on('error', () => process.exit(0));

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      product: { type: 'string' },
      channel: { type: 'string' },
      scenario: { type: 'string' },
      refund: { type: 'boolean', default: false },
      port: { type: 'string', default: '4000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return true;
  }
  const { product: method, channel } = values;
  const product = findProduct({ method, channel });
  const name = values.scenario ?? (values.refund ? 'refund' : undefined);
  const story = name === undefined ? journey : findStory(name);
  const screen = values.json ? forPrograms : forPeople();
  const service = await findService(Number(values.port));
  try {
    const { api } = service.facts;
    const who = service.own ? 'No service ran: this one is started for the demo.' : 'The running service:';
    screen.step({ step: 'service', says: [who, api], saw: { api, own: service.own } });
    return await watched(story({ service, product, draw }), screen);
  } finally {
    await service.stop();
  }
}

/** @returns whether all of it was seen */
async function watched(steps: AsyncIterable<Step>, screen: Screen): Promise<boolean> {
  try {
    for await (const step of steps) screen.step(step);
    screen.end();
    return true;
  } catch (error) {
    screen.failed(error instanceof Error ? error.message : String(error));
    return false;
  }
}

interface Screen {
  step(step: Step): void;
  end(): void;
  failed(what: string): void;
}

/** columns of a step's lines, beside its number */
const width = 76;

function forPeople(): Screen {
  let number = 0;
  return {
    step({ says }) {
      number += 1;
      const [first = '', ...rest] = says.flatMap((line) => wrapped(line, width));
      const lines = rest.map((line) => (line === '' ? '' : `    ${line}`));
      console.log([`\n${String(number).padStart(2)}  ${first}`, ...lines].join('\n'));
    },
    end() {
      console.log('\nAll of it was seen.\n');
    },
    failed(what) {
      console.log(['', ...wrapped(`Not seen: ${what}`, 80), ''].join('\n'));
    },
  };
}

const forPrograms: Screen = {
  step({ step, saw }) {
    console.log(JSON.stringify({ step, ok: true, saw }));
  },
  end: () => undefined,
  failed(saw) {
    console.log(JSON.stringify({ step: 'failed', ok: false, saw }));
  },
};

/** A line that is too long goes on under its own beginning; a word that is too long stands alone. */
function wrapped(line: string, columns: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let last = line;
  while (last.length > columns) {
    const space = last.lastIndexOf(' ', columns);
    const end = space > indent.length ? space : last.indexOf(' ', columns);
    if (end < 0) break;
    lines.push(last.slice(0, end));
    last = indent + last.slice(end + 1);
  }
  return [...lines, last];
}

function draw(text: string): string[] {
  return renderUnicodeCompact(text, { border: 1 }).split('\n');
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

// The exit code tells whether all was seen; a machine of its own has been stopped by now.
main().then(
  (fine) => process.exit(fine ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
