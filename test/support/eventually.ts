/** Longest wait for a state; reaching it fails the test with the last error. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 10;

/** Repeats `check` until it no longer throws: waits for a state, never for a time. */
export async function eventually<Result>(check: () => Promise<Result> | Result): Promise<Result> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
