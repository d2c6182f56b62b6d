/**
 * Virtual time: it advances only on request, from deadline to deadline, so a simulated year takes a moment. Timers fire in
 * the order of real time. Fits `createActor(machine, { clock })`.
 */
export interface VirtualClock {
  /** Milliseconds. */
  now(): number;
  /** Calls back when time reaches `now() + delay`, in milliseconds; timers with one deadline fire in the order they were set. */
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Advances to the next deadline and runs that one timer. False if no timer is set. */
  runNext(): boolean;
  /** Advances to a time, running every timer due until then, including timers set on the way. Time never moves back. */
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
  /** Index in the heap; the last one, once it ran or was cleared. */
  place: number;
}

/**
 * Creates a virtual clock.
 *
 * @param start initial time in milliseconds
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
      // Like Node: NaN and negative delays count as 0.
      const deadline = time + Math.max(0, delay || 0);
      const timer: Timer = { deadline, order: made, callback, place: heap.length };
      made += 1;
      moveUp(heap, timer.place, timer);
      return timer;
    },
    clearTimeout: (timer) => {
      // Remove it at once: a cleared 24-day timer would otherwise stay for 24 days.
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

/** Puts a timer at a place in the heap, or above it while its parents are later. */
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

/** Moves the children below a place up while they are earlier than the timer. Returns the place that is left for it. */
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
