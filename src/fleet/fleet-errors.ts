/** What keeps a fleet from doing what was asked. */
export type FleetErrorCode =
  /** No worker has this id. */
  | 'unknown_worker'
  /** Redis cannot be reached, or does not answer. */
  | 'store_away'
  /** bullmq or ioredis, which a fleet alone needs, is not installed. */
  | 'not_installed'
  /** The fleet was written by a newer version of this package. */
  | 'newer_format'
  /** More events wait for a worker than its record takes. */
  | 'too_many_events'
  /** What stands in the store is not what this package wrote. */
  | 'malformed';

/** A fleet cannot do what was asked. The message says what to do. */
export class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly code: FleetErrorCode;

  constructor(code: FleetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
