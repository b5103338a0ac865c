const PREFIX = '#/components/schemas/';
/** The type provider's name for a schema as it is sent, beside the plain name for what is answered. */
const INPUT = 'Input';

interface Described {
  readonly paths: unknown;
  readonly components: { readonly schemas: Record<string, unknown> };
}

/** What a success of each status means, for routes that say no more. */
const SUCCESS: Readonly<Record<string, string>> = { 200: 'Success.', 201: 'Created.', 204: 'Done.' };

/**
 * Makes the generated document read as if written by hand: only components that something refers to,
 * under their plain names; no "Default Response"; bodies that may be left out are optional; objects may
 * grow members without breaking generated clients.
 */
export function polishDocument<Document extends object>(document: Document): Document {
  const { paths, components } = document as unknown as Described;
  const { schemas } = components;
  const used = referredTo(paths, schemas);
  const names = new Map([...used].map((name) => [name, plainName(name, used, schemas)]));
  const rename = (_key: string, value: unknown): unknown =>
    typeof value === 'string' && value.startsWith(PREFIX)
      ? PREFIX + (names.get(value.slice(PREFIX.length)) ?? '')
      : value;
  const kept = [...names].map(([name, plain]) => [plain, open(schemas[name])]);
  const polished = {
    ...document,
    paths: describe(open(paths), schemas),
    components: { ...components, schemas: Object.fromEntries(kept) },
  };
  return JSON.parse(JSON.stringify(polished), rename);
}

function referredTo(paths: unknown, schemas: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const used = new Set<string>();
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    for (const [key, value] of Object.entries(node)) {
      const name = key === '$ref' && typeof value === 'string' ? value.slice(PREFIX.length) : undefined;
      if (name === undefined) visit(value);
      else if (!used.has(name)) {
        used.add(name);
        visit(schemas[name]);
      }
    }
  };
  visit(paths);
  return used;
}

function plainName(name: string, used: ReadonlySet<string>, schemas: Readonly<Record<string, unknown>>) {
  if (!name.endsWith(INPUT)) return name;
  const plain = name.slice(0, -INPUT.length);
  const same = JSON.stringify(open(schemas[plain])) === JSON.stringify(open(schemas[name]));
  return same || !used.has(plain) ? plain : name;
}

/** Without `additionalProperties: false`. */
function open(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node), (key, value: unknown) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  );
}

function describe(paths: unknown, schemas: Readonly<Record<string, unknown>>): unknown {
  const hasDefault = (value: unknown): boolean => {
    const [ref] = /#\/components\/schemas\/\w+/.exec(JSON.stringify(value)) ?? [];
    const schema = ref === undefined ? undefined : schemas[ref.slice(PREFIX.length)];
    return typeof schema === 'object' && schema !== null && 'default' in schema;
  };
  return JSON.parse(JSON.stringify(paths), (key, value: unknown) => {
    if (value === null || typeof value !== 'object') return value;
    if (key === 'requestBody') return { ...value, required: !hasDefault(value) };
    return 'description' in value && value.description === 'Default Response'
      ? { ...value, description: SUCCESS[key] ?? 'Success.' }
      : value;
  });
}
