/**
 * Virtual time: it moves only when told to, from deadline to deadline. What takes a year by the wall takes a moment
 * here, in the same order. Fits `createActor(machine, { clock })`.
 */
export interface VirtualClock {
  /** Milliseconds. */
  now(): number;
  /** Calls back when time reaches `now() + delay`, in milliseconds; timers of one deadline in the order they were set. */
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Moves to the next deadline and runs that one timer. False if none is set. */
  runNext(): boolean;
  /** Moves to a time, running every timer due until then, also those set on the way. Time never moves back. */
  advanceTo(time: number): void;
  /** The next deadline, or undefined if no timer is set. */
  nextDeadline(): number | undefined;
  /** How many timers are set. */
  readonly size: number;
}

interface Timer {
  readonly deadline: number;
  /** Breaks ties between deadlines. */
  readonly order: number;
  /** Undefined once it ran or was cleared. */
  callback: (() => void) | undefined;
}

/**
 * Virtual time, from a start on.
 *
 * @param start milliseconds
 */
export function createVirtualClock(start = 0): VirtualClock {
  // A binary heap: the parent of place i is at (i − 1) >> 1, and never later than its children.
  const heap: Timer[] = [];
  let time = start;
  let made = 0;
  let set = 0;

  /** The first timer still set. Cleared ones are dropped here, where they reach the top. */
  const first = (): Timer | undefined => {
    while (heap[0] !== undefined && heap[0].callback === undefined) removeFirst(heap);
    return heap[0];
  };
  const runNext = (): boolean => {
    const timer = first();
    if (timer?.callback === undefined) return false;
    const { callback } = timer;
    removeFirst(heap);
    timer.callback = undefined;
    set -= 1;
    time = Math.max(time, timer.deadline);
    callback();
    return true;
  };

  return {
    now: () => time,
    setTimeout: (callback, delay) => {
      // As Node does: no number, or one below 0, is 0.
      const timer: Timer = { deadline: time + Math.max(0, delay || 0), order: made, callback };
      made += 1;
      set += 1;
      insert(heap, timer);
      return timer;
    },
    clearTimeout: (timer) => {
      const known = timer as Timer | undefined;
      if (known?.callback === undefined) return;
      known.callback = undefined;
      set -= 1;
    },
    runNext,
    advanceTo: (target) => {
      for (let timer = first(); timer !== undefined && timer.deadline <= target; timer = first()) runNext();
      time = Math.max(time, target);
    },
    nextDeadline: () => first()?.deadline,
    get size() {
      return set;
    },
  };
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}

function insert(heap: Timer[], timer: Timer): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, timer)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = timer;
}

function removeFirst(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const useRight = left !== undefined && right !== undefined && isBefore(right, left);
    const child = useRight ? right : left;
    if (child === undefined || isBefore(last, child)) break;
    heap[place] = child;
    place = 2 * place + (useRight ? 2 : 1);
  }
  heap[place] = last;
}
