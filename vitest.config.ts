import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Two cores: more files at once only make the real databases wait for each other.
    maxWorkers: 2,
    // Our modules hold nothing but what they have worked out: loading and compiling them anew for each of 180 files would
    // take a third of the time.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // What hangs is to fail, what is slow is not: CI's machines are as busy as they please.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
