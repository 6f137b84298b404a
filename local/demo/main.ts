// `npm run demo`: a payment, watched in a terminal. Exit code 0 when all of it was seen.
import { parseArgs } from 'node:util';
import { renderUnicodeCompact } from 'uqr';
import { journey, type Step } from './journey.ts';
import { findService } from './service.ts';

const help = `
Makes one payment with the running service, and shows each step.

  npm run demo -- [--port N] [--json]

  --port N  where "npm start" put the API (4000); a service of its own if none runs there
  --json    one JSON object per step
`;

// Nobody reads any more (piped to `head`): no reason to fail.
process.stdout.on('error', () => process.exit(0));

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return true;
  }
  const tell = (step: Step): void => {
    console.log(values.json ? JSON.stringify({ step: step.step, ok: true, saw: step.saw }) : readable(step));
  };
  const service = await findService(Number(values.port));
  const { api } = service.facts;
  const says = [
    service.own ? 'No service ran: this one is started for the demo.' : 'The running service:',
    api,
  ];
  tell({ step: 'service', says, saw: { api, own: service.own } });
  try {
    for await (const step of journey(service, (text) =>
      renderUnicodeCompact(text, { border: 1 }).split('\n'),
    ))
      tell(step);
    if (!values.json) console.log('\nAll of it was seen.\n');
    return true;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    console.log(
      values.json ? JSON.stringify({ step: 'failed', ok: false, saw: what }) : `\nNot seen: ${what}\n`,
    );
    return false;
  } finally {
    await service.stop();
  }
}

let number = 0;

function readable({ says }: Step): string {
  const [first = '', ...rest] = says;
  number += 1;
  return [`\n${String(number).padStart(2)}  ${first}`, ...rest.map((line) => `    ${line}`)].join('\n');
}

main().then(
  (fine) => process.exit(fine ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
