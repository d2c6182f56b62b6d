/** The drawing's nodes are states, known by their path, and signs, known by what they belong to. */

/** Path of the root state. */
export const ROOT = '';

/** The sign that shows which state is entered first. */
export function startOf(path: string): string {
  return `start:${path}`;
}

export function isStart(id: string): boolean {
  return id.startsWith('start:');
}

/** The sign at which a state's `always` asks where to go on. */
export function choiceOf(path: string): string {
  return `choice:${path}`;
}

export function isChoice(id: string): boolean {
  return id.startsWith('choice:');
}

/** The frame around states that react alike. */
export function frameOf(members: readonly string[]): string {
  return `frame:${members.join('+')}`;
}

export function isFrame(id: string): boolean {
  return id.startsWith('frame:');
}
