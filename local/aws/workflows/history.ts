// The history of an execution: as GetExecutionHistory tells it, and in short for people.
import type { Execution, HistoryEvent } from './record.ts';

/** type → the member that holds its details */
function detailsOf(type: string): string | undefined {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

/** What this machine notes for itself, and AWS does not tell. */
const isOurs = ({ type }: HistoryEvent): boolean => type === 'Waiting';

export function awsHistory({ history }: Execution): object[] {
  return history
    .filter((event) => !isOurs(event))
    .map((event, place) => ({
      id: place + 1,
      previousEventId: place,
      timestamp: event.at / 1000,
      type: event.type,
      ...details(event),
    }));
}

function details({ type, state, input, output, error, cause }: HistoryEvent): object {
  const isState = /State(Entered|Exited)$/.test(type);
  const told = {
    ...(isState && { name: state }),
    ...(type.startsWith('Task') && !isState && { resource: 'invoke', resourceType: 'lambda' }),
    ...(input !== undefined && { input: JSON.stringify(input) }),
    ...(output !== undefined && { output: JSON.stringify(output) }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
  const member = detailsOf(type);
  return member === undefined || Object.keys(told).length === 0 ? {} : { [member]: told };
}

const iso = (at: number): string => new Date(at).toISOString();

/** Execution with the states it was in, what failed there, and until when it waits. */
export function inShort(execution: Execution): object {
  const { name, status, startedAt, stoppedAt, transitions, error, cause, history } = execution;
  const steps = history.flatMap(({ at, type, state, until, error: failure, cause: because }) => {
    const isFailure = type === 'TaskFailed' || type === 'TaskTimedOut';
    if (state === undefined || !(isFailure || type === 'Waiting' || type.endsWith('StateEntered'))) return [];
    const told = {
      ...(isFailure && { error: failure, cause: because }),
      ...(until !== undefined && { until: iso(until) }),
    };
    return [{ at: iso(at), state, ...told }];
  });
  return {
    ...{ name, status, started_at: iso(startedAt) },
    ...(stoppedAt !== undefined && { stopped_at: iso(stoppedAt) }),
    ...{ transitions, error, cause, steps },
  };
}
