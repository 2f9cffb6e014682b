/** When a list of the venue shows an event. */
export interface Shown {
  /** The venue's lists show the row only from this instant on, although the balances moved at the event's time. */
  readonly visibleFrom?: number;
}
