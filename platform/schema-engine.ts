import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
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
  const wasmUrl = new URL(
    'schema_engine_bg.wasm',
    import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'),
  );
  const imports = { './schema_engine_bg.js': bindings };
  const { instance } = await WebAssembly.instantiate(await readFile(fileURLToPath(wasmUrl)), imports);
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
}

export type SchemaEngine = Awaited<ReturnType<typeof bindings.SchemaEngine.new>>;

export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/**
 * The adapter cuts a script at every semicolon, also inside the body of a function. PostgreSQL itself
 * takes a whole script in one simple query.
 */
class WholeScriptPg extends PrismaPg {
  readonly #url: string;

  constructor(config: { connectionString: string }) {
    super(config);
    this.#url = config.connectionString;
  }

  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      const client = new pg.Client(this.#url);
      await client.connect();
      await client.query(script).finally(() => client.end());
    };
    return adapter;
  }
}

/** No table is hidden from the engine. */
export const NO_FILTER = { externalTables: [], externalEnums: [] };

/** An engine over the database at `url`, with the datamodels of `files`. Free it after use. */
export async function openSchemaEngine(url: string, files: readonly SchemaFile[]): Promise<SchemaEngine> {
  instantiated ??= instantiate();
  await instantiated;
  const factory = bindMigrationAwareSqlAdapterFactory(new WholeScriptPg({ connectionString: url }));
  const datamodels = files.map(({ path, content }): [string, string] => [path, content]);
  return bindings.SchemaEngine.new({ datamodels }, () => undefined, factory);
}
