// What functions call beside AWS: told by the runtime inside each sandbox, before anything is looked up or connected. It
// stands in the world's lines as `called_out`, without its query: that may be signed.
import { Session } from 'node:inspector';

interface Attached {
  readonly params: { readonly sessionId: string };
}

const tellEachCall = `process.getBuiltinModule('node:diagnostics_channel').subscribe('undici:request:create',
  ({ request }) => console.log(JSON.stringify({ message: 'called_out', url: request.origin + request.path.split('?')[0] })))`;

/** Of sandboxes that are there, and of all that come. */
export function watchCallsOut(): { stop(): Promise<void> } {
  const session = new Session();
  session.connect();
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }: Attached) => {
    const send = (id: number, method: string, params?: object): void => {
      session.post('NodeWorker.sendMessageToWorker', {
        sessionId,
        message: JSON.stringify({ id, method, params }),
      });
    };
    send(1, 'Runtime.evaluate', { expression: tellEachCall });
    send(2, 'Runtime.runIfWaitingForDebugger');
  });
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: true });
  return {
    stop: () => {
      session.disconnect();
      return Promise.resolve();
    },
  };
}
