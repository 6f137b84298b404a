// `POST {control}/clock`: what people and tests may say about the time, and what they hear when it has moved.
import * as z from 'zod';
import { Refused } from './gateways/http.ts';
import type { Timeline } from './timeline.ts';

const move = z.union([
  z.strictObject({ advance: z.string().regex(/^\d{1,6}[smhd]$/) }),
  z.strictObject({ to: z.iso.datetime({ offset: true }) }),
]);

const unit: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** ms; further than anything here waits */
const furthest = 3660 * 86_400_000;

/**
 * @param body `{"advance":"20m"}` (`s m h d`) or `{"to":"2026-11-23T08:00:00Z"}`
 * @returns the time it now is (UTC ISO-8601 ms), and whether all work that became due has ended
 * @throws Refused (400)
 */
export async function moveClock(
  timeline: Pick<Timeline, 'now' | 'advanceTo'>,
  body: unknown,
): Promise<{ now: string; idle: boolean }> {
  const said = move.safeParse(body);
  if (!said.success)
    throw new Refused(
      400,
      'Say how far, {"advance":"20m"} (a whole number of s, m, h or d), or where to, {"to":"2026-11-23T08:00:00Z"}.',
    );
  const now = timeline.now();
  const to = 'to' in said.data ? Date.parse(said.data.to) : now + span(said.data.advance);
  if (to < now)
    throw new Refused(
      400,
      `It is ${iso(now)} already: the time does not go back. Start anew for an earlier one.`,
    );
  if (to - now > furthest) throw new Refused(400, 'That is more than ten years away: move by less at once.');
  const idle = await timeline.advanceTo(to);
  return { now: iso(timeline.now()), idle };
}

function span(text: string): number {
  return Number(text.slice(0, -1)) * (unit[text.slice(-1)] ?? 0);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
