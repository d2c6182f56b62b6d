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
  readonly callback: () => void;
  /** Where it is in the heap, or was last, once it ran or was cleared. */
  place: number;
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

  const runNext = (): boolean => {
    const timer = heap[0];
    if (timer === undefined) return false;
    remove(heap, timer);
    time = Math.max(time, timer.deadline);
    timer.callback();
    return true;
  };

  return {
    now: () => time,
    setTimeout: (callback, delay) => {
      // As Node does: no number, or one below 0, is 0.
      const deadline = time + Math.max(0, delay || 0);
      const timer: Timer = { deadline, order: made, callback, place: heap.length };
      made += 1;
      moveUp(heap, timer.place, timer);
      return timer;
    },
    clearTimeout: (timer) => {
      // A cleared timer goes at once: one of 24 days would stay for as long.
      if (timer !== undefined) remove(heap, timer as Timer);
    },
    runNext,
    advanceTo: (target) => {
      while (heap[0] !== undefined && heap[0].deadline <= target) runNext();
      time = Math.max(time, target);
    },
    nextDeadline: () => heap[0]?.deadline,
    get size() {
      return heap.length;
    },
  };
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}

function remove(heap: Timer[], timer: Timer): void {
  const { place } = timer;
  if (heap[place] !== timer) return;
  const last = heap.pop();
  if (last === undefined || last === timer) return;
  moveUp(heap, moveDown(heap, place, last), last);
}

/** Puts a timer at a place, or above it where its parents are later. */
function moveUp(heap: Timer[], from: number, timer: Timer): void {
  let place = from;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, timer)) break;
    put(heap, place, parent);
    place = above;
  }
  put(heap, place, timer);
}

/** Moves children that are earlier than a timer up from below a place. Gives the place that is left for it. */
function moveDown(heap: Timer[], from: number, timer: Timer): number {
  let place = from;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
    if (child === undefined || isBefore(timer, child)) return place;
    const next = child.place;
    put(heap, place, child);
    place = next;
  }
}

function put(heap: Timer[], place: number, timer: Timer): void {
  heap[place] = timer;
  timer.place = place;
}
