/**
 * A child of `settle up` has a channel to it. When the channel closes the parent is gone, and whoever stays would
 * work on in a stack that nobody sees or stops.
 */
export function stopWithParent(): void {
  if (process.connected) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
