/** Tells the errors of the control socket apart without their classes. */
export type ControlErrorCode =
  /** The worker, or the peer list, does not take it as it stands; the message says why. */
  | 'refused'
  /** The socket cannot be used: its path, or its permissions. */
  | 'unusable'
  /** What answered is no worker that this client understands, or it failed. */
  | 'failed';

/** What was asked of a worker was not done; the message says why, and what to do next. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;

  constructor(code: ControlErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
