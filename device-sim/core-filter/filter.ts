import { Consumable } from './consumable.ts';
import { type Request, requestSchema } from './requests.ts';

/** Answer to one line. */
export type Answer = Readonly<Record<string, unknown>>;

/** More consumables than this in one process are refused, before memory runs out. */
const MAX_CONSUMABLES = 200_000;

const failure = (line: number, code: string, message: string, context: object = {}): Answer => ({
  ok: false,
  line,
  ...context,
  error: { code, message },
});

/** The core as a filter: each line is a request, each answer one object; nothing a line says ends it. */
export class CoreFilter {
  readonly #consumables = new Map<string, Consumable>();
  #line = 0;

  /** The answer to one line; null for an empty line. */
  answer(text: string): Answer | null {
    this.#line++;
    if (text.trim() === '') return null;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      return failure(this.#line, 'bad-json', error instanceof Error ? error.message : 'not JSON');
    }
    const parsed = requestSchema.safeParse(json);
    if (!parsed.success) {
      const message = parsed.error.issues
        .map(({ path, message: what }) => (path.length > 0 ? `${path.join('.')}: ${what}` : what))
        .join('; ');
      return failure(this.#line, 'bad-request', message);
    }
    return this.#dispatch(parsed.data);
  }

  #dispatch(request: Request): Answer {
    const { op, id } = request;
    try {
      if (op === 'init') return this.#init(request);
      const consumable = this.#consumables.get(id);
      if (consumable === undefined) {
        return failure(this.#line, 'not-initialised', `no "init" for consumable "${id}" yet`, { op, id });
      }
      return { ok: true, op, id, ...act(consumable, request) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return failure(this.#line, 'failed', message, { op, id });
    }
  }

  #init(request: Extract<Request, { op: 'init' }>): Answer {
    const { op, id } = request;
    if (!this.#consumables.has(id) && this.#consumables.size >= MAX_CONSUMABLES) {
      return failure(this.#line, 'too-many', `at most ${MAX_CONSUMABLES} consumables`, { op, id });
    }
    this.#consumables.set(id, new Consumable(request));
    return { ok: true, op, id };
  }
}

function act(consumable: Consumable, request: Exclude<Request, { op: 'init' }>): object {
  switch (request.op) {
    case 'reading':
      return consumable.reading(request);
    case 'delivered':
      return consumable.delivered(request);
    case 'replaced':
      return consumable.replaced(request);
    case 'shelf-count':
      return consumable.shelfCount(request);
    case 'cancelled':
      return consumable.cancelled();
    case 'decide':
      return consumable.decide(request);
  }
}
