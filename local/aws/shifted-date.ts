// `Date` of a function, ahead of the computer's clock: what asks for the present gets the service's time, all else is as it
// was. Timers and `performance` stay real, as does the time left of an invocation.

/** From here on `Date()`, `new Date()` and `Date.now()` are ahead by what `offset` says (ms). */
export function shiftDate(offset: () => number): void {
  const real = Date;
  const now = (): number => real.now() + offset();
  const shifted: DateConstructor = new Proxy(real, {
    apply: () => new real(now()).toString(),
    construct: (target, args, by): Date =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, by === shifted ? target : by) as Date,
    get: (target, name, by) => (name === 'now' ? now : (Reflect.get(target, name, by) as unknown)),
  });
  // A date knows its maker: code that compares the two must find them the same.
  Object.defineProperty(real.prototype, 'constructor', {
    value: shifted,
    writable: true,
    configurable: true,
  });
  globalThis.Date = shifted;
}
