// `npm run bench`: counts and measures the functions' bundles against the AWS SDK and against raw calls, in one run.
// `-- --quick` is a smoke, `-- --counts` leaves out whatever depends on the machine, `-- --json` is for programs. `-- starts`
// measures cold starts alone, `-- refunds` refunds alone and no start, `-- due` find-due before a backlog instead.
import { parseArgs } from 'node:util';
import { buildAll } from './build.ts';
import { coldStarts } from './cold-start.ts';
import { costs, course, refundCourse, refundWays, units, type Course, type RefundWay } from './cost.ts';
import { count } from './count.ts';
import { benchFindDue } from './find-due/main.ts';
import { functionOf, refundOperations, type Operation } from './functions.ts';
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
  const onlyRefunds = positionals.includes('refunds');
  const operations = onlyRefunds ? refundOperations : (Object.keys(functionOf) as Operation[]);
  const table =
    wanted.counts || onlyStarts
      ? undefined
      : await measure(around, built, inputs, wanted.quick ? quick : thorough, operations, tell);
  const withoutStarts = wanted.counts || onlyRefunds;
  if (!withoutStarts) tell('cold starts');
  const starts = withoutStarts ? undefined : await coldStarts(around, built, inputs, wanted.quick ? 3 : 9);
  if (wanted.json) {
    const warm = Object.entries(counts.warm).map(([name, of]) => {
      const { signs, verifies, keyParses } = of;
      const calls = of.calls.map(({ service, operation }) => `${service}:${operation}`);
      return [name, { calls, ...units(of), signs, verifies, keyParses }];
    });
    const priced = (one: Course) => ({ ...one, usd: Object.fromEntries(costs(one)) });
    const ways = Object.keys(refundWays) as RefundWay[];
    console.log(
      JSON.stringify({
        counts: Object.fromEntries(warm) as unknown,
        perPayment: priced(course(counts)),
        perRefund: Object.fromEntries(ways.map((way) => [way, priced(refundCourse(counts, way))])) as unknown,
        bytes: built.bytes,
        table,
        starts,
      }),
    );
  } else {
    if (table) console.log(`\nWarm, 16 at a time; p50 and p99 one at a time\n\n${print.speed(table)}`);
    if (starts) console.log(`\nCold start, CPU of a fresh process\n\n${print.starts(starts)}`);
    console.log(`\nCounted, once warm\n\n${print.counted(counts)}`);
    console.log(`\n${print.refunds(counts)}\n\n${print.cost(counts)}\n\n${print.aims}`);
  }
} finally {
  await around.stop();
  await built.remove();
}
