/** Remarkable moments of the simulation, told as they happen. */
export interface Story {
  /** Kinds are told a few times each: the first ones explain, the hundredth does not. */
  readonly tell: (kind: string, sentence: string) => void;
}

const TIMES_EACH = 2;

/** Tells the first moments of every kind to `say`. */
export function createStory(say: (sentence: string) => void): Story {
  const told = new Map<string, number>();
  return {
    tell: (kind, sentence) => {
      const times = (told.get(kind) ?? 0) + 1;
      told.set(kind, times);
      if (times <= TIMES_EACH) say(sentence);
    },
  };
}
