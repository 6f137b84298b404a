// `npm run bench`: counts and measures the functions' bundles against the AWS SDK and against raw calls, in one run.
// `-- --quick` is a smoke, `-- --counts` leaves out whatever depends on the machine, `-- --json` is for programs. `-- starts`
// measures cold starts alone, `-- due` find-due before a backlog instead.
import { parseArgs } from 'node:util';
import { buildAll } from './build.ts';
import { coldStarts } from './cold-start.ts';
import { costs, course, units } from './cost.ts';
import { count } from './count.ts';
import { benchFindDue } from './find-due/main.ts';
import { openInputs } from './inputs.ts';
import { measure, quick, thorough } from './measure.ts';
import * as print from './print.ts';
import { startSurroundings } from './surroundings.ts';

const { values: wanted, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, counts: { type: 'boolean' }, json: { type: 'boolean' } },
});
const tell = (line: string) => {
  console.error(`  ${line}`);
};

if (positionals.includes('due')) {
  console.log(`\n${await benchFindDue(wanted.quick ?? false, tell)}`);
  // Its helpers keep the process alive.
  process.exit();
}
const built = await buildAll();
const around = await startSurroundings();
try {
  const counts = await count(around, built);
  const inputs = openInputs(counts, around);
  const onlyStarts = positionals.includes('starts');
  const table =
    wanted.counts || onlyStarts
      ? undefined
      : await measure(around, built, inputs, wanted.quick ? quick : thorough, tell);
  if (!wanted.counts) tell('cold starts');
  const starts = wanted.counts ? undefined : await coldStarts(around, built, inputs, wanted.quick ? 3 : 9);
  if (wanted.json) {
    const warm = Object.entries(counts.warm).map(([name, of]) => {
      const { signs, verifies, keyParses } = of;
      const calls = of.calls.map(({ service, operation }) => `${service}:${operation}`);
      return [name, { calls, ...units(of), signs, verifies, keyParses }];
    });
    const perPayment = { ...course(counts), usd: Object.fromEntries(costs(course(counts))) };
    console.log(
      JSON.stringify({
        counts: Object.fromEntries(warm) as unknown,
        perPayment,
        bytes: built.bytes,
        table,
        starts,
      }),
    );
  } else {
    if (table) console.log(`\nWarm, 16 at a time; p50 and p99 one at a time\n\n${print.speed(table)}`);
    if (starts) console.log(`\nCold start, CPU of a fresh process\n\n${print.starts(starts)}`);
    console.log(`\nCounted, once warm\n\n${print.counted(counts)}`);
    console.log(`\n${print.cost(counts)}\n\n${print.aims}`);
  }
} finally {
  await around.stop();
  await built.remove();
}
