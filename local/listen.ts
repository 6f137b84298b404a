// HTTP servers of this machine: on the loopback address only, and gone at once when they are stopped.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A sentence for people: no stack belongs under it. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

export interface Listening {
  /** without a slash at the end */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * @param port 0 picks a free one
 * @throws CannotStart when the port is in use
 */
export async function listen(server: Server, port: number): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? portBusy(port) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${chosen}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export function portBusy(port: number): CannotStart {
  return new CannotStart(
    `Port ${port} cannot be used: another program has it. Nothing was started. ` +
      `Choose another with: npm start -- --port 4100 (or --port 0 for any that are free).`,
  );
}

/** @throws CannotStart when somebody listens there already */
export async function assertFree(port: number): Promise<void> {
  if (port === 0) return;
  const probe = await listen(createServer(), port);
  await probe.stop();
}
