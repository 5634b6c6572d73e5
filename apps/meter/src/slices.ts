/**
 * Shares the thread between partitions in slices of a millisecond: between two slices the event loop reads from and writes
 * to the network, so that bulk work never delays an answer by more than the slices of the partitions that have work.
 */
export interface Slices {
  /** Registers work. It runs when woken, up to `until` (performance.now()); true: there is more to do. */
  add(work: (until: number) => boolean): SliceTask;
}

export interface SliceTask {
  wake(): void;
  close(): void;
}

export const SLICE_MS = 1;

export function createSlices(): Slices {
  const ready: Task[] = [];
  let scheduled = false;
  interface Task extends SliceTask {
    waiting: boolean;
    closed: boolean;
    readonly work: (until: number) => boolean;
  }

  const run = (): void => {
    scheduled = false;
    const task = ready.shift();
    if (task !== undefined && !task.closed) {
      task.waiting = false;
      if (task.work(performance.now() + SLICE_MS)) task.wake();
    }
    schedule();
  };
  const schedule = (): void => {
    if (scheduled || ready.length === 0) return;
    scheduled = true;
    setImmediate(run);
  };

  return {
    add: (work) => {
      const task: Task = {
        work,
        waiting: false,
        closed: false,
        wake: () => {
          if (task.waiting || task.closed) return;
          task.waiting = true;
          ready.push(task);
          schedule();
        },
        close: () => {
          task.closed = true;
        },
      };
      return task;
    },
  };
}
