import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

/**
 * Prisma's own schema engine as WebAssembly, over the ordinary driver adapter: the CLI's engine is a
 * native binary that has to be downloaded, this one comes with npm (docs/decisions/0004-database.md).
 */

/** TypeScript's own declaration comes with the browser's library, which no service should see. */
declare const WebAssembly: {
  instantiate(code: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

let instantiated: Promise<void> | undefined;

async function instantiate(): Promise<void> {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const imports = { './schema_engine_bg.js': bindings };
  const { instance } = await WebAssembly.instantiate(
    await readFile(join(dirname(script), 'schema_engine_bg.wasm')),
    imports,
  );
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
}

type SchemaEngine = Awaited<ReturnType<typeof bindings.SchemaEngine.new>>;

interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/**
 * The adapter cuts a script at every semicolon, also inside the body of a function. PostgreSQL itself
 * takes a whole script in one simple query.
 */
class WholeScriptPg extends PrismaPg {
  readonly #url: string;
  /** The engine never closes what it opened. */
  readonly #open: { dispose: () => Promise<void> }[] = [];

  constructor(config: { connectionString: string }) {
    super(config);
    this.#url = config.connectionString;
  }

  override async connect() {
    const adapter = await super.connect();
    this.#open.push(adapter);
    adapter.executeScript = async (script) => {
      const client = new pg.Client(this.#url);
      await client.connect();
      await client.query(script).finally(() => client.end());
    };
    return adapter;
  }

  async disposeAll(): Promise<void> {
    await Promise.all(this.#open.map((adapter) => adapter.dispose()));
  }
}

/** No table is hidden from the engine. */
export const NO_FILTER = { externalTables: [], externalEnums: [] };

/** Runs `work` with an engine over the database at `url` and the datamodels of `files`. */
export async function withSchemaEngine<Result>(
  url: string,
  files: readonly SchemaFile[],
  work: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  instantiated ??= instantiate();
  await instantiated;
  const adapter = new WholeScriptPg({ connectionString: url });
  const datamodels = files.map(({ path, content }): [string, string] => [path, content]);
  try {
    const factory = bindMigrationAwareSqlAdapterFactory(adapter);
    const engine = await bindings.SchemaEngine.new({ datamodels }, () => undefined, factory);
    return await work(engine).finally(() => engine.free());
  } finally {
    await adapter.disposeAll();
  }
}
