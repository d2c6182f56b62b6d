/** Why a call to a fleet failed. */
export type FleetErrorCode =
  /** No worker has this id. */
  | 'unknown_worker'
  /** Redis cannot be reached, or does not answer. */
  | 'store_away'
  /** bullmq or ioredis, which only a fleet needs, is not installed. */
  | 'not_installed'
  /** The fleet was written by a newer version of this package. */
  | 'newer_format'
  /** More events wait for a worker than its record can hold. */
  | 'too_many_events'
  /** The store holds data that this package did not write. */
  | 'malformed';

/** A call to a fleet failed. The message says what to do. */
export class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly code: FleetErrorCode;

  constructor(code: FleetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
