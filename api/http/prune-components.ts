const PREFIX = '#/components/schemas/';

type OpenApi = Readonly<Record<string, unknown>>;

/** What a success of each status means, for routes that say no more. */
const SUCCESS: Readonly<Record<string, string>> = { 200: 'Success.', 201: 'Created.', 204: 'Done.' };

/**
 * Leaves only the components that something refers to: every schema is described twice, as it is sent
 * and as it is answered, and most are used one way only.
 */
export function pruneComponents<Document extends object>(document: Document): Document {
  const { components, paths } = document as OpenApi & { components: Record<string, unknown> };
  const schemas = components['schemas'] as Record<string, unknown>;
  const used = new Set<string>();
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$ref' || typeof value !== 'string' || !value.startsWith(PREFIX)) visit(value);
      else if (!used.has(value)) {
        used.add(value);
        visit(schemas[value.slice(PREFIX.length)]);
      }
    }
  };
  visit(paths);
  const kept = Object.entries(schemas).filter(([name]) => used.has(PREFIX + name));
  const described = describeResponses(paths);
  return { ...document, paths: described, components: { ...components, schemas: Object.fromEntries(kept) } };
}

/** Replaces the generator's "Default Response". */
function describeResponses(paths: unknown): unknown {
  return JSON.parse(JSON.stringify(paths), (key, value: unknown) => {
    const isDefault =
      value !== null &&
      typeof value === 'object' &&
      'description' in value &&
      value.description === 'Default Response';
    return isDefault ? { ...value, description: SUCCESS[key] ?? 'Success.' } : value;
  });
}
